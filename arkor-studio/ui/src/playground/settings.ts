/** How an answer is to be made, as it stands in the fields. */

import { fieldsOf, textOf, type Fields } from "../net/shapes.ts";

/** Texts as they were typed: an empty one is not sent. */
export interface Settings {
  readonly system: string;
  readonly temperature: string;
  readonly topP: string;
  readonly maxTokens: string;
  readonly schema: string;
}

export const noSettings: Settings = { system: "", temperature: "", topP: "", maxTokens: "", schema: "" };

/** The fields of a request that settings make. */
export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly responseFormat?: Fields;
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
  const schema = schemaOf(settings.schema);
  if (schema === null) problems.schema = "Not a JSON object";
  return {
    sampling: {
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(schema && { responseFormat: { type: "json_schema", json_schema: { name: "answer", schema } } }),
    },
    problems,
  };
}

/** undefined for none, null for what is no schema. */
function schemaOf(text: string): Fields | null | undefined {
  if (text.trim() === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
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
  };
}
