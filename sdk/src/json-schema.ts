import { asRecord } from "./json.ts";

/** A JSON Schema, of which `checkSchema` says what is known of it here. */
export type JsonSchema = boolean | Readonly<Record<string, unknown>>;

type Fields = Readonly<Record<string, unknown>>;
/** Returns what is wrong with a value, if anything. */
type Check = (value: unknown, path: string) => string | undefined;
type Compile = (rule: never, schema: Fields, inner: (schema: unknown) => Check) => Check;

/** Deeper than any answer; a reference to itself would never end. */
const deepest = 64;

/** Keywords that describe and decide nothing, as the specification has it for `format`. */
const remarks = [
  "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "format",
  "deprecated", "readOnly", "writeOnly",
];

const types: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: (value) => asRecord(value) !== undefined,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

const show = (value: unknown): string => JSON.stringify(value) ?? String(value);
/** Of values that came out of JSON. */
const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => {
    const fields = asRecord(inner);
    return fields === undefined ? inner : Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

const bound =
  (is: keyof typeof types, size: (value: never) => number, holds: (size: number, limit: number) => boolean, says: string): Compile =>
  (limit: number) => {
    if (typeof limit !== "number") throw new TypeError(`${show(limit)} is not a number`);
    return (value, path) =>
      types[is]?.(value) && !holds(size(value as never), limit) ? `${path} ${says} ${limit}` : undefined;
  };
const length = (text: string): number => [...text].length;
const least = (a: number, b: number): boolean => a >= b;
const most = (a: number, b: number): boolean => a <= b;
const itself = (value: number): number => value;

const keywords: Readonly<Record<string, Compile>> = {
  type: (rule: string | readonly string[]) => {
    const names = [rule].flat();
    for (const name of names) if (!Object.hasOwn(types, name)) throw new TypeError(`there is no type ${show(name)}`);
    return (value, path) =>
      names.some((name) => types[name]?.(value)) ? undefined : `${path} is not of type ${names.join(" or ")}`;
  },
  enum: (rule: readonly unknown[]) => {
    const says = rule.map(show).join(", ");
    return (value, path) => (rule.some((one) => same(one, value)) ? undefined : `${path} is none of ${says}`);
  },
  const: (rule: unknown) => (value, path) => (same(rule, value) ? undefined : `${path} is not ${show(rule)}`),
  required: (rule: readonly string[]) => {
    const names = [...rule];
    return (value, path) => {
      const fields = asRecord(value);
      const missing = fields && names.find((name) => !Object.hasOwn(fields, name));
      return missing === undefined ? undefined : `${path}.${missing} is missing`;
    };
  },
  properties: (rule: Fields, _, inner) => {
    const checks = Object.entries(rule).map(([name, schema]) => [name, inner(schema)] as const);
    return (value, path) => {
      const fields = asRecord(value);
      if (fields === undefined) return undefined;
      return first(checks, ([name, check]) => (Object.hasOwn(fields, name) ? check(fields[name], `${path}.${name}`) : undefined));
    };
  },
  additionalProperties: (rule: unknown, schema, inner) => {
    const known = asRecord(schema["properties"]) ?? {};
    const check = inner(rule);
    return (value, path) =>
      first(Object.entries(asRecord(value) ?? {}), ([name, field]) =>
        Object.hasOwn(known, name) ? undefined : check(field, `${path}.${name}`),
      );
  },
  items: (rule: unknown, _, inner) => {
    const check = inner(rule);
    return (value, path) =>
      Array.isArray(value) ? first([...value.entries()], ([index, item]) => check(item, `${path}[${index}]`)) : undefined;
  },
  uniqueItems: (rule: boolean) => (value, path) =>
    rule && Array.isArray(value) && new Set(value.map(canonical)).size < value.length ? `${path} repeats an item` : undefined,
  pattern: (rule: string) => {
    const pattern = new RegExp(rule, "u");
    return (value, path) => (typeof value === "string" && !pattern.test(value) ? `${path} does not match ${rule}` : undefined);
  },
  minLength: bound("string", length, least, "is shorter than"),
  maxLength: bound("string", length, most, "is longer than"),
  minItems: bound("array", (items: readonly unknown[]) => items.length, least, "has fewer items than"),
  maxItems: bound("array", (items: readonly unknown[]) => items.length, most, "has more items than"),
  minimum: bound("number", itself, least, "is below"),
  maximum: bound("number", itself, most, "is above"),
  exclusiveMinimum: bound("number", itself, (a, b) => a > b, "is not above"),
  exclusiveMaximum: bound("number", itself, (a, b) => a < b, "is not below"),
  multipleOf: bound("number", itself, (a, b) => Number.isInteger(a / b), "is no multiple of"),
  allOf: (rule: readonly unknown[], _, inner) => {
    const checks = rule.map(inner);
    return (value, path) => first(checks, (check) => check(value, path));
  },
  anyOf: (rule: readonly unknown[], _, inner) => {
    const checks = rule.map(inner);
    return (value, path) =>
      checks.some((check) => check(value, path) === undefined) ? undefined : `${path} fits none of the alternatives`;
  },
  oneOf: (rule: readonly unknown[], _, inner) => {
    const checks = rule.map(inner);
    return (value, path) => {
      const fits = checks.filter((check) => check(value, path) === undefined).length;
      return fits === 1 ? undefined : `${path} fits ${fits} of the alternatives, not one`;
    };
  },
  not: (rule: unknown, _, inner) => {
    const check = inner(rule);
    return (value, path) => (check(value, path) === undefined ? `${path} is what it must not be` : undefined);
  },
};

function first<T>(list: readonly T[], problem: (one: T) => string | undefined): string | undefined {
  for (const one of list) {
    const found = problem(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Returns what checks a value against a schema. A keyword that is not known here
 * is a TypeError: passing over it would call wrong answers right.
 */
export function compileSchema(root: JsonSchema): (value: unknown) => string | undefined {
  const compiled = new Map<unknown, Check>();
  let depth = 0;
  const compile = (schema: unknown): Check => {
    if (schema === true) return () => undefined;
    if (schema === false) return (_, path) => `${path} must not be there`;
    const known = compiled.get(schema);
    if (known !== undefined) return known;
    const fields = asRecord(schema);
    if (fields === undefined) throw new TypeError(`A JSON schema is an object or a boolean, not ${show(schema)}.`);
    let checks: readonly Check[] = [];
    const check: Check = (value, path) => {
      if (depth >= deepest) return `${path} is nested too deeply`;
      depth++;
      try {
        return first(checks, (one) => one(value, path));
      } finally {
        depth--;
      }
    };
    compiled.set(schema, check); // before its parts, which may refer to it
    checks = Object.entries(fields).flatMap(([name, rule]) => {
      if (remarks.includes(name)) return [];
      if (name === "$ref") return [compile(resolve(rule))];
      const keyword = Object.hasOwn(keywords, name) ? keywords[name] : undefined;
      if (keyword === undefined) throw new TypeError(`The keyword ${show(name)} of a JSON schema is not supported here.`);
      try {
        return [keyword(rule as never, fields, compile)];
      } catch (cause) {
        if (cause instanceof TypeError && cause.message.endsWith(".")) throw cause;
        throw new TypeError(`The keyword ${show(name)} of a JSON schema: ${cause instanceof Error ? cause.message : show(cause)}.`, { cause });
      }
    });
    return check;
  };
  const resolve = (reference: unknown): unknown => {
    const parts = typeof reference === "string" && /^#(\/|$)/.test(reference) ? reference.split("/").slice(1) : undefined;
    let at: unknown = parts && root;
    for (const part of parts ?? []) at = asRecord(at)?.[decodeURIComponent(part).replace(/~1/g, "/").replace(/~0/g, "~")];
    if (at === undefined) throw new TypeError(`The reference ${show(reference)} of a JSON schema leads nowhere.`);
    return at;
  };
  const check = compile(root);
  return (value) => check(value, "$");
}
