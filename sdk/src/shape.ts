/** Checking of answers field by field. Whatever is wrong is thrown as a ShapeProblem. */

import { asRecord } from "./json.ts";

/** A field of an answer that is not what the contract says. */
export class ShapeProblem extends Error {
  constructor(field: string, problem: string) {
    super(`${field} ${problem}`);
  }
}

/** One object of an answer; `name` is what problems call it. */
export interface Part {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function partOf(name: string, value: unknown): Part {
  const fields = asRecord(value);
  if (fields === undefined) throw new ShapeProblem(name, "is not an object");
  return { name, fields };
}

export function textOf(part: Part, key: string): string {
  const value = part.fields[key];
  if (typeof value !== "string") throw new ShapeProblem(`${part.name}.${key}`, "is not a string");
  return value;
}

/** Returns a point in time, or null where there is none. Test doubles have Date objects where the wire has strings. */
export function timeOrNull(part: Part, key: string): string | null {
  const value = part.fields[key];
  if (value === undefined || value === null) return null;
  return value instanceof Date ? value.toISOString() : textOf(part, key);
}

export function timeOf(part: Part, key: string): string {
  return timeOrNull(part, key) ?? textOf(part, key);
}

export function flagOf(part: Part, key: string): boolean {
  const value = part.fields[key];
  if (typeof value !== "boolean") throw new ShapeProblem(`${part.name}.${key}`, "is neither true nor false");
  return value;
}
