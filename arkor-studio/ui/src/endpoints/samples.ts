/** How to ask an endpoint, as programs to copy. */

import { shellQuoted } from "../playground/code.ts";

export interface Addresses {
  /** Where a conversation is posted. */
  readonly chat: string;
  /** What a client for this protocol wants to know. */
  readonly base: string;
}

/** null for an address that is none. */
export function addressesOf(url: string): Addresses | null {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return null;
  }
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return null;
  const path = parsed.pathname.replace(/\/+$/, "").replace(/\/chat\/completions$/, "");
  const base = parsed.origin + (path.endsWith("/v1") ? path : path + "/v1");
  return { base, chat: base + "/chat/completions" };
}

export const languages = ["cURL", "Python", "JavaScript"] as const;
export type Language = (typeof languages)[number];

export interface SampleOptions {
  readonly addresses: Addresses;
  readonly slug: string;
  /** Whoever calls needs a key. */
  readonly needsKey: boolean;
  readonly streams: boolean;
}

export function sampleOf(language: Language, options: SampleOptions): string {
  return { cURL: curl, Python: python, JavaScript: javascript }[language](options);
}

const question = "Hello";

function curl({ addresses, slug, needsKey, streams }: SampleOptions): string {
  const body = { model: slug, messages: [{ role: "user", content: question }], ...(streams && { stream: true }) };
  return [
    `curl ${streams ? "-N " : ""}${shellQuoted(addresses.chat)} \\`,
    ...(needsKey ? ['  -H "Authorization: Bearer YOUR_API_KEY" \\'] : []),
    '  -H "Content-Type: application/json" \\',
    `  -d ${shellQuoted(JSON.stringify(body))}`,
  ].join("\n");
}

const noKey = "this endpoint wants no key, but the client does";

function python({ addresses, slug, needsKey, streams }: SampleOptions): string {
  const use = streams
    ? `for chunk in answer:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)`
    : "print(answer.choices[0].message.content)";
  return `# pip install openai
from openai import OpenAI

client = OpenAI(
    base_url=${JSON.stringify(addresses.base)},
    api_key="${needsKey ? "YOUR_API_KEY" : "not-required"}",${needsKey ? "" : `  # ${noKey}`}
)
answer = client.chat.completions.create(
    model=${JSON.stringify(slug)},
    messages=[{"role": "user", "content": "${question}"}],${streams ? "\n    stream=True," : ""}
)
${use}
`;
}

function javascript({ addresses, slug, needsKey, streams }: SampleOptions): string {
  const use = streams
    ? `for await (const chunk of answer) process.stdout.write(chunk.choices[0]?.delta.content ?? "");`
    : "console.log(answer.choices[0].message.content);";
  return `// An ES module: npm install openai, save this as ask.mjs, and run node ask.mjs
import OpenAI from "openai";

async function main() {
  const client = new OpenAI({
    baseURL: ${JSON.stringify(addresses.base)},
    apiKey: "${needsKey ? "YOUR_API_KEY" : "not-required"}",${needsKey ? "" : ` // ${noKey}`}
  });
  const answer = await client.chat.completions.create({
    model: ${JSON.stringify(slug)},
    messages: [{ role: "user", content: "${question}" }],${streams ? "\n    stream: true," : ""}
  });
  ${use}
}

main();
`;
}
