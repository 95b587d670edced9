/** The conversation types of inference requests, and their request body. */

export interface ToolCall {
  readonly id: string;
  readonly type: "function";
  /** `arguments` is a JSON text. */
  readonly function: { readonly name: string; readonly arguments: string };
}

export type ChatMessage =
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user"; readonly content: string }
  | {
      readonly role: "assistant";
      readonly content: string;
      readonly tool_calls?: readonly ToolCall[];
    }
  | {
      readonly role: "assistant";
      readonly content?: string | null;
      readonly tool_calls: readonly [ToolCall, ...ToolCall[]];
    }
  | { readonly role: "tool"; readonly content: string; readonly tool_call_id: string };

export interface ToolDefinition {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description?: string;
    /** A JSON Schema. */
    readonly parameters?: Readonly<Record<string, unknown>>;
    readonly strict?: boolean;
  };
}

export type ToolChoice =
  | "auto"
  | "none"
  | "required"
  | { readonly type: "function"; readonly function: { readonly name: string } };

export type ResponseFormat =
  | { readonly type: "text" }
  | { readonly type: "json_object" }
  | {
      readonly type: "json_schema";
      readonly json_schema: {
        readonly name: string;
        readonly description?: string;
        readonly schema: Readonly<Record<string, unknown>>;
        readonly strict?: boolean;
      };
    };

interface Constraints {
  readonly json: Readonly<Record<string, unknown>>;
  readonly regex: string;
  readonly choice: readonly string[];
  readonly grammar: string;
  readonly json_object: true;
}

type OneConstraint = {
  [K in keyof Constraints]: Pick<Constraints, K> & {
    readonly [Other in Exclude<keyof Constraints, K>]?: never;
  };
}[keyof Constraints];

/** Exactly one constraint on the output, and how to apply it. */
export type StructuredOutputs = OneConstraint & {
  readonly disable_any_whitespace?: boolean;
  readonly disable_additional_properties?: boolean;
  readonly whitespace_pattern?: string;
};

/** What to ask a checkpoint. Fields left out are decided by the server. */
export interface InferArgs {
  readonly messages: readonly ChatMessage[];
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly maxTokens?: number | undefined;
  /** Ask for a stream of tokens; true when left out. */
  readonly stream?: boolean | undefined;
  readonly tools?: readonly ToolDefinition[] | undefined;
  readonly toolChoice?: ToolChoice | undefined;
  readonly responseFormat?: ResponseFormat | undefined;
  readonly structuredOutputs?: StructuredOutputs | undefined;
  /** Ends the request on this side only. */
  readonly signal?: AbortSignal | undefined;
}

/** Names the trained weights a request is answered with. */
export type ChatAdapter =
  | { readonly kind: "final"; readonly jobId: string }
  | { readonly kind: "checkpoint"; readonly jobId: string; readonly step: number };

/** Body of a chat request: an adapter or a base model, not both. */
export type ChatBody = Omit<InferArgs, "signal"> & {
  readonly adapter?: ChatAdapter | undefined;
  readonly baseModel?: string | undefined;
};

/** Returns the request body of `infer`, which asks one adapter, or a base model by its name. */
export function inferBody(args: InferArgs, model: ChatAdapter | string): ChatBody {
  return {
    messages: args.messages,
    ...(typeof model === "string" ? { baseModel: model } : { adapter: model }),
    temperature: args.temperature,
    topP: args.topP,
    maxTokens: args.maxTokens,
    stream: args.stream ?? true,
    tools: args.tools,
    toolChoice: args.toolChoice,
    responseFormat: args.responseFormat,
    structuredOutputs: args.structuredOutputs,
  };
}
