/** The same question as code. */

import type { ChatBody } from "./turns.ts";

/** Asks by way of this server, which signs in and knows the project. */
export function curlCode(origin: string, body: ChatBody): string {
  return [
    `curl -sSN ${origin}/api/inference/chat \\`,
    `  -H "X-Arkor-Studio-Token: $(cat ~/.arkor/studio-token)" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d ${shellQuoted(JSON.stringify(body))}`,
  ].join("\n");
}

/** One word of a shell, whatever is in it. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A program for the SDK; with a checkpoint, the callback that asks each one while it trains. */
export function sdkCode(scope: { readonly orgSlug: string; readonly projectSlug: string }, body: ChatBody): string {
  return `import { CloudApiClient, defaultArkorCloudApiUrl, ensureCredentials, readInferStream } from "arkor";

const credentials = await ensureCredentials();
const client = new CloudApiClient({ baseUrl: defaultArkorCloudApiUrl(credentials), credentials });
const response = await client.chat({
  scope: ${indented(scope, 1)},
  body: ${indented(body, 1)},
});
for await (const text of readInferStream(response)) process.stdout.write(text);
`;
}

/** Asks every checkpoint of a training, where it is configured. */
export function callbackCode(body: ChatBody): string {
  const { adapter: _adapter, baseModel: _model, stream: _stream, ...args } = body;
  return `// In createTrainer, and with readInferStream imported from "arkor":
callbacks: {
  onCheckpoint: async ({ step, infer }) => {
    const response = await infer(${indented(args, 2)});
    process.stdout.write(\`step \${step}: \`);
    for await (const text of readInferStream(response)) process.stdout.write(text);
  },
},
`;
}

/** JSON is TypeScript; names that need no quotes go without them. */
function indented(value: unknown, depth: number): string {
  const json = JSON.stringify(value, null, 2).replace(/^(\s*)"([A-Za-z_]\w*)": /gm, "$1$2: ");
  return json.replaceAll("\n", "\n" + "  ".repeat(depth));
}
