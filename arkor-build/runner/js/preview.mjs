// What a run would be: the line before every run, and "arkor start --preview".

import process from "node:process";

import { drawPreview, printable, tellPreview } from "./draw.mjs";
import { say } from "./errors.mjs";

const previewSymbol = Symbol.for("arkor.trainer.preview");

/** Says in one line what an observed run is going to be; a refused one says why by itself. */
export function announce(request, event) {
  if (event?.type !== "preview" || event.preview?.refusals?.length > 0) return;
  const line = tellPreview(event.preview);
  if (line) say(request, printable(line));
}

/** Draws the preview of a trainer and returns the exit status: 1 when the run would be refused. */
export async function preview(request, run, trainer) {
  if (typeof trainer[previewSymbol] !== "function") {
    say(request, "this trainer cannot be previewed", `it was made by another package, or by an older release of arkor: \`${request.upgrade}\``);
    return 1;
  }
  run.doing = "the preview";
  const answer = await trainer[previewSymbol]();
  if (run.stopping) return 1;
  if (request.json) {
    process.stdout.write(`${JSON.stringify(answer.preview ? { preview: answer.preview } : { preview: null, unavailable: answer.unavailable })}\n`);
  } else if (answer.preview) {
    const { isTTY, columns } = process.stdout;
    const color = Boolean(isTTY) && !process.env.NO_COLOR && process.env.TERM !== "dumb";
    const width = Math.min(columns || 80, 100);
    const lines = drawPreview(answer.preview, { name: String(trainer.name ?? ""), width, color });
    if (lines.length > 0) process.stdout.write(`${lines.join("\n")}\n`);
  }
  if (!answer.preview) {
    say(request, `no preview: ${printable(answer.unavailable)}`);
    return 1;
  }
  for (const { file, line, message, hint } of answer.preview.refusals) {
    const place = file ? `${file}${line > 0 ? `:${line}` : ""}: ` : "";
    say(request, `refused: ${printable(place + message)}`, printable(hint));
  }
  return answer.preview.refusals.length > 0 ? 1 : 0;
}
