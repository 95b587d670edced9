/** How an answer is to be made, as it stands in the fields. */

import { fieldsOf, textOf, type Fields } from "../net/shapes.ts";

/** Texts as they were typed: an empty one is not sent. */
export interface Settings {
  readonly system: string;
  readonly temperature: string;
  readonly topP: string;
  readonly maxTokens: string;
  readonly schema: string;
  readonly structure: string;
  readonly tools: string;
  /** "auto" is what is left out. */
  readonly toolChoice: string;
}

export const noSettings: Settings = { system: "", temperature: "", topP: "", maxTokens: "", schema: "", structure: "", tools: "", toolChoice: "" };

/** The fields of a request that settings make. */
export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly responseFormat?: Fields;
  readonly structuredOutputs?: Fields;
  readonly tools?: readonly Fields[];
  readonly toolChoice?: string;
}

/** What some model of the backend can do; of one that names none, everything. */
export interface Offer {
  readonly tools: boolean;
  readonly structure: boolean;
}

export function offerOf(models: readonly Offer[]): Offer {
  return { tools: models.length === 0 || models.some(({ tools }) => tools), structure: models.length === 0 || models.some(({ structure }) => structure) };
}

/** Settings without what nobody can follow. */
export function within(settings: Settings, offer: Offer): Settings {
  return { ...settings, ...(!offer.tools && { tools: "", toolChoice: "" }), ...(!offer.structure && { schema: "", structure: "" }) };
}

export type Problems = Partial<Record<keyof Settings, string>>;

export function readSettings(settings: Settings): { readonly sampling: Sampling; readonly problems: Problems } {
  const problems: { -readonly [K in keyof Problems]: string } = {};
  const number = (name: "temperature" | "topP" | "maxTokens", fits: (n: number) => boolean, rule: string): number | undefined => {
    const text = settings[name].trim();
    if (text === "") return undefined;
    const value = Number(text);
    if (Number.isFinite(value) && fits(value)) return value;
    problems[name] = rule;
    return undefined;
  };
  const temperature = number("temperature", (n) => n >= 0, "A number, 0 or more");
  const topP = number("topP", (n) => n > 0 && n <= 1, "A number above 0, at most 1");
  const maxTokens = number("maxTokens", (n) => Number.isInteger(n) && n >= 1, "A whole number, 1 or more");
  const schema = objectOf(settings.schema);
  if (schema === null) problems.schema = "Not a JSON object";
  const structure = objectOf(settings.structure);
  if (structure === null || (structure && Object.keys(structure).length !== 1)) problems.structure = 'A JSON object with one of "choice", "regex", "json" or "grammar"';
  else if (structure && schema) problems.structure = "Only one of this and a JSON schema";
  const tools = toolsOf(settings.tools);
  if (tools === null) problems.tools = 'A JSON list of tools, each { "type": "function", "function": { "name": … } }';
  const toolChoice = settings.toolChoice;
  return {
    sampling: {
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(structure && problems.structure === undefined && { structuredOutputs: structure }),
      ...(tools && { tools, ...(toolChoice !== "" && toolChoice !== "auto" && { toolChoice }) }),
      ...(schema && { responseFormat: { type: "json_schema", json_schema: { name: "answer", schema } } }),
    },
    problems,
  };
}

/** undefined for none, null for what is no JSON object. */
function objectOf(text: string): Fields | null | undefined {
  const value = jsonOf(text);
  return value === undefined || value === null ? value : typeof value === "object" && !Array.isArray(value) ? (value as Fields) : null;
}

/** undefined for none, null for what is no list of tools. */
function toolsOf(text: string): readonly Fields[] | null | undefined {
  const value = jsonOf(text);
  if (value === undefined || value === null) return value;
  if (!Array.isArray(value) || value.length === 0) return null;
  const tools = value.map(fieldsOf);
  return tools.every((tool) => tool["type"] === "function" && textOf(fieldsOf(tool["function"])["name"]) !== "") ? tools : null;
}

/** undefined for an empty text, null for what is not JSON. */
function jsonOf(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

export function parseSettings(value: unknown): Settings {
  const fields = fieldsOf(value);
  return {
    system: textOf(fields["system"]),
    temperature: textOf(fields["temperature"]),
    topP: textOf(fields["topP"]),
    maxTokens: textOf(fields["maxTokens"]),
    schema: textOf(fields["schema"]),
    structure: textOf(fields["structure"]),
    tools: textOf(fields["tools"]),
    toolChoice: textOf(fields["toolChoice"]),
  };
}
