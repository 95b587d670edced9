/** Asks a model by way of the server. */

import { readInferStream } from "../../../../sdk/src/infer-stream.ts";
import type { Api } from "../net/api.ts";
import type { ChatBody } from "./turns.ts";

export async function* ask(api: Api, body: ChatBody, signal: AbortSignal): AsyncGenerator<string, void> {
  yield* readInferStream(await api.open("/api/inference/chat", { method: "POST", body, signal }));
}
