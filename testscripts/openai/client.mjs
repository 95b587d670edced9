// The official client against endpoints of a real backend. endpoints.json says
// where they are and which keys they have.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import OpenAI from "openai";

const { keyed, open, other, disabled, unknown } = JSON.parse(readFileSync("endpoints.json", "utf8"));
const clientOf = ({ url, key }) => new OpenAI({ baseURL: url, apiKey: key ?? "none", maxRetries: 0 });
const client = clientOf(keyed);
const messages = [
  { role: "developer", content: "Answer shortly." },
  { role: "user", content: [{ type: "text", text: "My parcel is late." }] },
];
const chat = { model: "any", messages, temperature: 0, max_completion_tokens: 24 };

// Whole and streamed answers are the same text.
const whole = await client.chat.completions.create(chat);
assert.equal(whole.object, "chat.completion");
assert.equal(whole.model, keyed.slug);
assert.match(whole._request_id, /^chatcmpl-/);
assert.ok(["stop", "length"].includes(whole.choices[0].finish_reason));
assert.ok(whole.usage.completion_tokens >= 1 && whole.usage.completion_tokens <= 24);
assert.equal(whole.usage.total_tokens, whole.usage.prompt_tokens + whole.usage.completion_tokens);

let text = "";
let usage = null;
for await (const chunk of await client.chat.completions.create({ ...chat, stream: true, stream_options: { include_usage: true } })) {
  text += chunk.choices[0]?.delta.content ?? "";
  usage = chunk.usage ?? usage;
}
assert.equal(text, whole.choices[0].message.content);
assert.deepEqual(usage, whole.usage);
assert.equal(await client.chat.completions.stream(chat).finalContent(), text);

// A stop sequence is where the answer ends.
if (text.includes(" ")) {
  const stopped = await client.chat.completions.create({ ...chat, stop: [" "] });
  assert.equal(stopped.choices[0].message.content, text.slice(0, text.indexOf(" ")));
}

// A client that leaves in the middle.
const left = await client.chat.completions.create({ ...chat, max_completion_tokens: 400, stream: true });
for await (const _ of left) break;

const listed = [];
for await (const model of client.models.list()) listed.push(model.id);
assert.deepEqual(listed, [keyed.slug]);
assert.equal((await client.models.retrieve(keyed.slug)).owned_by, "arkor");

// Refusals are the client's own errors.
const refused = async (endpoint, kind, code, more = {}) => {
  const error = await clientOf(endpoint).chat.completions.create({ ...chat, ...more }).then(() => assert.fail("an answer"), (error) => error);
  assert.ok(error instanceof kind, `${error}`);
  assert.equal(error.code, code);
  assert.equal(error.type, "invalid_request_error");
  return error;
};
await refused({ ...keyed, key: "ark_live_wrong" }, OpenAI.AuthenticationError, "invalid_api_key");
await refused({ ...keyed, key: keyed.revoked }, OpenAI.AuthenticationError, "invalid_api_key");
await refused({ ...keyed, key: other.key }, OpenAI.AuthenticationError, "invalid_api_key");
await refused(unknown, OpenAI.NotFoundError, "endpoint_not_found");
await refused(disabled, OpenAI.NotFoundError, "endpoint_disabled");
await refused({ ...disabled, key: "ark_live_wrong" }, OpenAI.NotFoundError, "endpoint_not_found");
assert.equal((await refused(keyed, OpenAI.BadRequestError, "unsupported_here", { n: 2 })).param, "n");
assert.match((await refused(keyed, OpenAI.BadRequestError, "invalid_request", { max_completion_tokens: 1e6 })).message, /max_tokens is 1000000/);
await refused(keyed, OpenAI.BadRequestError, "context_too_long", { messages: [{ role: "user", content: "late ".repeat(5000) }] });

const raw = await clientOf(open).completions.create({ model: "any", prompt: "Once upon a time", max_tokens: 5, temperature: 0 });
assert.equal(raw.object, "text_completion");
assert.ok(raw.usage.completion_tokens <= 5);

const schema = {
  type: "object",
  properties: { urgency: { type: "string", enum: ["low", "high"] }, city: { type: "string", maxLength: 8 } },
  required: ["urgency", "city"],
  additionalProperties: false,
};
const valid = (json) => {
  const value = JSON.parse(json);
  assert.deepEqual(Object.keys(value).sort(), ["city", "urgency"]);
  assert.ok(["low", "high"].includes(value.urgency) && typeof value.city === "string");
};
const long = { ...chat, max_completion_tokens: 200 };

const answer = await client.chat.completions.parse({
  ...long,
  response_format: { type: "json_schema", json_schema: { name: "ticket", strict: true, schema } },
});
valid(answer.choices[0].message.content);
JSON.parse((await client.chat.completions.create({ ...long, response_format: { type: "json_object" }, max_completion_tokens: 400 })).choices[0].message.content);

// Small ones: all of the conversation has to fit into 512 tokens.
const urgency = { type: "object", properties: { urgency: schema.properties.urgency }, required: ["urgency"] };
const tools = ["weather", "clock"].map((name) => ({ type: "function", function: { name, parameters: urgency } }));
const called = ({ choices: [choice] }, names) => {
  assert.equal(choice.finish_reason, "tool_calls");
  const [first] = choice.message.tool_calls;
  assert.ok(names.includes(first.function.name));
  assert.ok(["low", "high"].includes(JSON.parse(first.function.arguments).urgency));
  return choice.message;
};
const one = { ...long, tools, parallel_tool_calls: false };
const named = { type: "function", function: { name: "clock" } };
called(await client.chat.completions.create({ ...one, tool_choice: "required" }), ["weather", "clock"]);
called(await client.chat.completions.create({ ...one, tool_choice: named }), ["clock"]);
const asked = called(await client.chat.completions.stream({ ...one, tool_choice: named }).finalChatCompletion(), ["clock"]);
// The second turn: the call and its result go back.
const results = asked.tool_calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "half past nine" }));
const second = await client.chat.completions.create({ ...chat, messages: [...messages, asked, ...results], tools, tool_choice: "none" });
assert.equal(typeof second.choices[0].message.content, "string");
// Left to itself the model may call or not; both are answers.
const auto = await client.chat.completions.create({ ...one, tool_choice: "auto" });
assert.ok(["stop", "length", "tool_calls"].includes(auto.choices[0].finish_reason));

await refused(keyed, OpenAI.BadRequestError, "invalid_schema", {
  response_format: { type: "json_schema", json_schema: { name: "loose", strict: true, schema: { type: "object" } } },
});
console.log("ok");
