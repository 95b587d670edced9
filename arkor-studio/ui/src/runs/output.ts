/** The output of a training, as the server sends it. */

import { fieldsOf, numberOf, textOf } from "../net/shapes.ts";
import type { Frame } from "../net/stream.ts";

/** What is kept of the output; the server has more. */
const kept = 100_000;

/** The output with what came, shortened at its beginning. */
export function withFrames(output: string, frames: readonly Frame[]): string {
  for (const frame of frames) output += textOfFrame(frame);
  if (output.length <= kept) return output;
  const end = output.slice(-kept);
  // The second half of a character says nothing.
  return /^[\udc00-\udfff]/.test(end) ? end.slice(1) : end;
}

function textOfFrame({ event, data: text }: Frame): string {
  let data;
  try {
    data = fieldsOf(JSON.parse(text));
  } catch {
    return "";
  }
  if (event === "output") return textOf(data["text"]);
  if (event === "dropped") return `\n[${numberOf(data["bytes"]) ?? "some"} bytes are not kept any more]\n`;
  return "";
}
