// What a run would be: the line before every run, and "arkor start --preview".

import process from "node:process";

import { drawPreview, tellPreview } from "./draw.mjs";
import { say } from "./errors.mjs";

const previewSymbol = Symbol.for("arkor.trainer.preview");

/** Says in one line what an observed run is going to be; a refused one says why by itself. */
export function announce(request, event) {
  if (event?.type !== "preview" || event.preview?.refusals?.length > 0) return;
  const line = tellPreview(event.preview);
  if (line) say(request, line);
}

/** Draws the preview of a trainer and returns the exit status: 1 when the run would be refused. */
export async function preview(request, run, trainer, output) {
  if (typeof trainer[previewSymbol] !== "function") {
    const message = "this trainer cannot be previewed";
    const hint = `it was made by another package, or by an older release of arkor: \`${request.upgrade}\``;
    say(request, message, hint);
    output.failed({ message, hint, code: "no_preview" });
    return 1;
  }
  run.doing = "the preview";
  const answer = await trainer[previewSymbol]();
  if (run.stopping) return 1;
  output.preview(answer, () => {
    const { isTTY, columns } = process.stdout;
    const color = Boolean(isTTY) && !process.env.NO_COLOR && process.env.TERM !== "dumb";
    const width = Math.min(columns || 80, 100);
    return drawPreview(answer.preview, { name: String(trainer.name ?? ""), width, color });
  });
  if (!answer.preview) {
    say(request, `no preview: ${answer.unavailable}`);
    return 1;
  }
  for (const { file, line, message, hint } of answer.preview.refusals) {
    const place = file ? `${file}${line > 0 ? `:${line}` : ""}: ` : "";
    say(request, `refused: ${place}${message}`, hint);
  }
  return answer.preview.refusals.length > 0 ? 1 : 0;
}
