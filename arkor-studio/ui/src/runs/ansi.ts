/** Terminal output as text with colours: of all control sequences only colours are kept. */

export interface Piece {
  readonly text: string;
  /** "", "bold", "dim" and "red" … as classes; several have spaces between. */
  readonly style: string;
}

const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

// Colour sequences with their numbers, every other sequence, and lone controls.
const sequence = /\x1b\[([\d;]*)m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\^_]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;

export function piecesOf(output: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let color = "";
  const weights = new Set<string>();
  let from = 0;
  const push = (text: string): void => {
    if (text !== "") pieces.push({ text, style: [...weights, color].filter((name) => name !== "").join(" ") });
  };
  const text = output.replaceAll("\r\n", "\n").split("\n").map(lastWritten).join("\n");
  for (const match of text.matchAll(sequence)) {
    push(text.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[1] === undefined) continue;
    for (const code of match[1].split(";").map(Number)) {
      if (code === 0) weights.clear();
      if (code === 0 || code === 39) color = "";
      if (code === 1) weights.add("bold");
      if (code === 2) weights.add("dim");
      if (code === 22) weights.clear();
      if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) color = names[code % 10] ?? "";
    }
  }
  push(text.slice(from));
  return pieces;
}

/** What a progress line was overwritten with; a return at its end overwrites nothing yet. */
function lastWritten(line: string): string {
  return line.slice(line.slice(0, -1).lastIndexOf("\r") + 1);
}

/** The job that a training has submitted, in its own words. */
const started = /(Started job )([0-9A-Za-z_-]{4,128})/;

/** Splits a text around the id of the job that was started; null without one. */
export function jobIn(text: string): { readonly before: string; readonly id: string; readonly after: string } | null {
  const match = started.exec(text);
  if (match === null || match[1] === undefined || match[2] === undefined) return null;
  const at = match.index + match[1].length;
  return { before: text.slice(0, at), id: match[2], after: text.slice(at + match[2].length) };
}
