import assert from "node:assert/strict";
import { test } from "node:test";
import { compileSchema, type JsonSchema } from "../src/json-schema.ts";

const check = (schema: JsonSchema, value: unknown): string => compileSchema(schema)(value) ?? "fits";

const ticket = {
  type: "object",
  properties: {
    category: { type: "string", enum: ["billing", "delivery"] },
    urgent: { type: "boolean" },
    tags: { type: "array", items: { type: "string", minLength: 2 }, maxItems: 2, uniqueItems: true },
  },
  required: ["category", "urgent"],
  additionalProperties: false,
} as const;

test("the shape of an answer, and where it is wrong", () => {
  const good = { category: "billing", urgent: true };
  for (const [value, want] of [
    [good, "fits"],
    [{ ...good, tags: ["ab", "cd"] }, "fits"],
    [{ category: "billing" }, "$.urgent is missing"],
    [{ ...good, category: "Billing" }, '$.category is none of "billing", "delivery"'],
    [{ ...good, urgent: "yes" }, "$.urgent is not of type boolean"],
    [{ ...good, more: 1 }, "$.more must not be there"],
    [{ ...good, tags: ["ab", "c"] }, "$.tags[1] is shorter than 2"],
    [{ ...good, tags: ["ab", "ab"] }, "$.tags repeats an item"],
    [{ ...good, tags: ["ab", "cd", "ef"] }, "$.tags has more items than 2"],
    [{ ...good, tags: "ab" }, "$.tags is not of type array"],
    [[good], "$ is not of type object"],
    [null, "$ is not of type object"],
    ["{}", "$ is not of type object"],
    // What an object inherits is no field of an answer.
    [JSON.parse('{"category":"billing","urgent":true,"__proto__":{}}'), "$.__proto__ must not be there"],
  ] as const) {
    assert.equal(check(ticket, value), want, JSON.stringify(value));
  }
});

test("each keyword", () => {
  for (const [schema, good, bad] of [
    [true, [1, null], []],
    [false, [], [1, null]],
    [{}, [1, "a"], []],
    [{ type: "integer" }, [1, 1.0, -3], [1.5, "1"]],
    [{ type: ["string", "null"] }, ["a", null], [1]],
    [{ type: "number" }, [1, 1.5], ["1", null]],
    [{ const: { a: [1, 2], b: null } }, [{ b: null, a: [1, 2] }], [{ a: [2, 1], b: null }, {}]],
    [{ enum: [1, "1", [1]] }, [1, "1", [1]], [2, [2], { 0: 1 }]],
    [{ minimum: 0, maximum: 1 }, [0, 1, 0.5, "7"], [-0.1, 1.1]],
    [{ exclusiveMinimum: 0, exclusiveMaximum: 1 }, [0.5], [0, 1]],
    [{ multipleOf: 0.5 }, [1.5, 0], [1.2]],
    [{ minLength: 1, maxLength: 2 }, ["a", "😀😀", 7], ["", "abc"]],
    [{ pattern: "^[a-z]+$" }, ["abc", 7], ["", "aB"]],
    [{ minItems: 1 }, [[1], "a"], [[]]],
    [{ items: { type: "number" } }, [[], [1, 2], {}], [[1, "2"]]],
    [{ allOf: [{ type: "string" }, { minLength: 2 }] }, ["ab"], ["a", 1]],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, ["a", null], [1]],
    [{ oneOf: [{ minimum: 2 }, { maximum: 3 }] }, [1, 4], [2, 3]],
    [{ not: { type: "string" } }, [1], ["a"]],
    [{ properties: { a: false } }, [{}, { b: 1 }, []], [{ a: 1 }]],
    [{ additionalProperties: { type: "number" }, properties: { a: true } }, [{ a: "x", b: 1 }], [{ b: "x" }]],
    [{ required: ["toString"] }, [{ toString: 1 }], [{}]],
    [{ format: "email", title: "t", description: "d", default: 1, examples: [] }, ["no email"], []],
  ] as const satisfies readonly (readonly [JsonSchema, readonly unknown[], readonly unknown[]])[]) {
    for (const value of good) assert.equal(check(schema, value), "fits", `${JSON.stringify(schema)} ${JSON.stringify(value)}`);
    for (const value of bad) assert.notEqual(check(schema, value), "fits", `${JSON.stringify(schema)} ${JSON.stringify(value)}`);
  }
});

test("references, also to the schema itself", () => {
  const tree = {
    $ref: "#/$defs/a~1b",
    $defs: { "a/b": { type: "object", properties: { left: { $ref: "#" }, value: { type: "number" } }, required: ["value"] } },
  };
  assert.equal(check(tree, { value: 1, left: { value: 2 } }), "fits");
  assert.equal(check(tree, { value: 1, left: { left: { value: 3 } } }), "$.left.value is missing");
  assert.equal(check({ $ref: "#" }, 1), "$ is nested too deeply");
  let deep: unknown = { value: 1 };
  for (let i = 0; i < 10_000; i++) deep = { value: 1, left: deep };
  assert.match(check(tree, deep), /is nested too deeply$/);
});

test("a schema that cannot be checked is refused when it is defined", () => {
  for (const [schema, want] of [
    [{ patternProperties: {} }, 'The keyword "patternProperties" of a JSON schema is not supported here.'],
    [{ properties: { a: { if: {} } } }, 'The keyword "if" of a JSON schema is not supported here.'],
    [{ toString: 1 }, 'The keyword "toString" of a JSON schema is not supported here.'],
    [{ type: "text" }, 'The keyword "type" of a JSON schema: there is no type "text".'],
    [{ minimum: "0" }, 'The keyword "minimum" of a JSON schema: "0" is not a number.'],
    [{ pattern: "(" }, /^The keyword "pattern" of a JSON schema: Invalid regular expression/],
    [{ allOf: 7 }, /^The keyword "allOf" of a JSON schema: /],
    [{ enum: 7 }, /^The keyword "enum" of a JSON schema: /],
    [{ $ref: "https://example.test/schema" }, 'The reference "https://example.test/schema" of a JSON schema leads nowhere.'],
    [{ $ref: "#/$defs/none" }, 'The reference "#/$defs/none" of a JSON schema leads nowhere.'],
    [{ items: 7 }, "A JSON schema is an object or a boolean, not 7."],
    ["string" as unknown as JsonSchema, 'A JSON schema is an object or a boolean, not "string".'],
  ] as const satisfies readonly (readonly [JsonSchema, string | RegExp])[]) {
    assert.throws(() => compileSchema(schema), { name: "TypeError", message: want }, JSON.stringify(schema));
  }
});
