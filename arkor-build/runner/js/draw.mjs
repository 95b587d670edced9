// A preview as lines of text: what of the samples is trained, counts, and what
// the run may take. Nothing that comes out of the data reaches the terminal raw.

const shownLines = { trained: [10, 3], ignored: [6, 3], cut: [6, 3] }; // at the head and the tail of a long stretch

const words = {
  longest: "longest",
  typical: "typical",
  shortest: "shortest",
  all_masked: "nothing trained",
  end_not_trained: "end not trained",
  no_answer: "no answer",
  held_out_leak: "leak",
  masked_samples: "answer cut off",
  cut_samples: "cut",
  empty_answers: "empty answer",
  duplicates: "duplicate",
  shared_prompts: "shared prompt",
};

/** Returns the lines of a preview. Without colour a mark before each line says what becomes of it. */
export function drawPreview(preview, { name = "", width = 80, color = false } = {}) {
  const paint = painter(color);
  const room = Math.max(40, width);
  const title = paint("title", `Preview of ${printable(name) || "the run"} on ${printable(String(preview.model ?? "the backend's model"))}`);
  const samples = list(preview.samples).filter((sample) => list(sample?.runs).length > 0);
  if (samples.length === 0 && !preview.train) return []; // a refusal says it all
  const lines = [title, ""];
  if (samples.length > 0) lines.push(legend(paint, color), "");
  for (const sample of samples) lines.push(...drawSample(sample, preview, room, paint), "");
  for (const [label, text] of summary(preview)) lines.push(...row(label, text, room, paint));
  if (list(preview.warnings).length + list(preview.estimate?.warnings).length > 0) lines.push("");
  for (const problem of list(preview.warnings)) lines.push(...row("warning", place(problem) + problem.message + (problem.hint ? `; ${problem.hint}` : ""), room, paint));
  for (const text of list(preview.estimate?.warnings)) lines.push(...row("warning", String(text), room, paint));
  return lines;
}

/** Returns the preview in one line, "" when it has no counts. */
export function tellPreview(preview) {
  const { train, heldOut, steps, estimate } = preview;
  if (!(train?.samples > 0)) return "";
  const takes = [time(estimate?.seconds), memory(estimate?.memoryBytes)].filter(Boolean).join(", ");
  const warnings = list(preview.warnings).length + list(estimate?.warnings).length;
  return [
    `${count(train.samples, "sample")}${heldOut?.samples > 0 ? `, ${digits(heldOut.samples)} held out` : ""}`,
    `${perSample(train.trained, train)} of ${perSample(train.tokens, train)} tokens a sample are trained`,
    [Number.isFinite(steps) ? count(steps, "step") : "", takes && `about ${takes}`].filter(Boolean).join(", "),
    warnings > 0 ? `${count(warnings, "warning")}: arkor start --preview` : "",
  ]
    .filter(Boolean)
    .join("; ");
}

const marks = { trained: "+", ignored: " ", cut: "-" };
const bars = { trained: "┃", ignored: "│", cut: "╳" };
const codes = { title: "1", label: "1", trained: "1;32", ignored: "2", cut: "31;9", warning: "1;33", dim: "2", legendCut: "31" };

function painter(color) {
  if (!color) return (style, text) => text;
  return (style, text) => (text === "" ? "" : `\u001b[${codes[style]}m${text}\u001b[0m`);
}

function legend(paint, color) {
  const mark = (state, text) => (color ? paint(state, `${bars[state]} ${text}`) : `${marks[state]} ${text}`);
  return `${mark("trained", "trained")}   ${color ? mark("ignored", "only read") : "(no mark) only read"}   ${
    color ? `${paint("legendCut", bars.cut)} ${paint("cut", "cut off")}` : mark("cut", "cut off")
  }`;
}

function drawSample(sample, preview, width, paint) {
  const why = list(sample.why).map((reason) => words[reason] ?? printable(String(reason)));
  const cut = Math.max(0, sample.tokens - preview.maxLength);
  const facts = `${count(sample.tokens, "token")}, ${digits(sample.trained)} trained${cut > 0 ? `, ${digits(cut)} cut off` : ""}`;
  const head = `${paint("label", why.join(", "))}  ${printable(location(sample))}  ${paint("dim", facts)}`;
  return [head, ...stretches(sample).flatMap(({ state, text }) => drawStretch(state, text, width, paint)), ...more(sample, paint)];
}

function more(sample, paint) {
  return sample.more > 0 ? [paint("dim", `  … and ${count(sample.more, "more token")}`)] : [];
}

/** Joins runs that fare alike; line breaks between turns are not worth a line. */
function stretches(sample) {
  const joined = [];
  for (const run of sample.runs) {
    const state = Object.hasOwn(marks, run?.state) ? run.state : "ignored";
    const last = joined[joined.length - 1];
    if (last?.state === state) last.text += String(run.text);
    else joined.push({ state, text: String(run?.text) });
  }
  return joined.map(({ state, text }) => ({ state, text: text.replace(/^\n+|\n+$/g, "") })).filter(({ text }) => text !== "");
}

function drawStretch(state, text, width, paint) {
  const lines = text.split("\n").flatMap((line) => wrap(printable(line), width - 4));
  const [head, tail] = shownLines[state];
  const left = lines.length - head - tail;
  const shown = left > 2 ? [...lines.slice(0, head), `… ${left} more lines …`, ...lines.slice(-tail)] : lines;
  const colored = paint("dim", "x") !== "x";
  return shown.map((line) => {
    if (!colored) return `  ${marks[state]} ${line}`.trimEnd();
    return `  ${paint(state === "cut" ? "legendCut" : state, bars[state])} ${paint(state, line)}`.trimEnd();
  });
}

function summary(preview) {
  const { train, heldOut, maxLength, steps, batchSize, epochs, estimate } = preview;
  if (!(train?.samples > 0)) return [];
  const rows = [
    ["samples", `${digits(train.samples)} for training (${train.file})${heldOut ? `, ${digits(heldOut.samples)} held out (${heldOut.file})` : ", none held out"}`],
    ["tokens", `${digits(train.tokens)}, of which ${digits(train.trained)} are trained: ${perSample(train.trained, train)} of ${perSample(train.tokens, train)} a sample`],
    ["lengths", lengths(train, heldOut, maxLength)],
    ["duplicates", duplicates(train, heldOut)],
  ];
  if (list(preview.refusals).length > 0) return rows;
  rows.push([
    "training",
    `${count(steps, "step")} of ${count(batchSize, "sample")}, ${epochs === 1 ? "1 epoch" : `${Number(epochs?.toFixed(1))} epochs`}${preview.dryRun ? " (dry run)" : ""}`,
  ]);
  const takes = [time(estimate?.seconds), estimate?.memoryBytes ? `${memory(estimate.memoryBytes)} of memory` : ""].filter(Boolean);
  if (takes.length > 0) rows.push(["takes", `about ${takes.join(" and ")}${estimate.fits === true ? ", which is free now" : ""}`]);
  return rows;
}

function lengths(train, heldOut, maxLength) {
  const longest = list(train.longest).map(({ line, tokens }, i) => `${digits(tokens)}${line > 0 ? ` (${i === 0 ? "line " : ""}${line})` : ""}`);
  const cut = [
    train.cut > 0 ? `${digits(train.cut)} of ${digits(train.samples)} are cut` : "",
    heldOut?.cut > 0 ? `${digits(heldOut.cut)} of those held out are cut` : "",
  ].filter(Boolean);
  return `longest ${longest.join(", ")}; the limit is ${digits(maxLength)} tokens: ${cut.join(", ") || "none is cut"}`;
}

function duplicates(train, heldOut) {
  const found = [
    train.duplicates > 0 ? `${digits(train.duplicates)} among those for training` : "",
    heldOut?.duplicates > 0 ? `${digits(heldOut.duplicates)} among those held out` : "",
  ].filter(Boolean);
  return found.join(", ") || "none";
}

const labelWidth = 12;

function row(label, text, width, paint) {
  const lines = wrap(printable(text), width - labelWidth);
  const style = label === "warning" ? "warning" : "label";
  return lines.map((line, i) => (i === 0 ? paint(style, label) + " ".repeat(Math.max(1, labelWidth - label.length)) : " ".repeat(labelWidth)) + line);
}

function location({ file, line }) {
  return `${file}${line > 0 ? `:${line}` : ""}`;
}

function place(problem) {
  return problem.file ? `${location(problem)}: ` : "";
}

function list(value) {
  return Array.isArray(value) ? value : [];
}

function digits(n) {
  return Number.isFinite(n) ? n.toLocaleString("en-US") : "?";
}

function count(n, noun) {
  return `${digits(n)} ${noun}${n === 1 ? "" : "s"}`;
}

function perSample(tokens, { samples }) {
  return digits(Math.round(tokens / samples));
}

/** Returns a range of seconds as "2 to 4 min", "" when it is not known. */
export function time(seconds) {
  return range(seconds, (s) => {
    if (s < 90) return [Math.max(1, s < 10 ? Math.round(s) : 5 * Math.round(s / 5)), "s"];
    if (s < 90 * 60) return [Math.round(s / 60), "min"];
    return [Math.round(s / 360) / 10, "h"];
  });
}

function memory(bytes) {
  return range(bytes, (n) => (n < 95e6 ? [Math.round(n / 1e6), "MB"] : [Math.round(n / 1e8) / 10, "GB"]));
}

function range(value, convert) {
  if (!Number.isFinite(value?.low) || !Number.isFinite(value?.high)) return "";
  const [[low, small], [high, large]] = [convert(value.low), convert(value.high)];
  if (small !== large) return `${low} ${small} to ${high} ${large}`;
  return low === high ? `${high} ${large}` : `${low} to ${high} ${large}`;
}

/** Writes what could move the cursor or turn the direction of a line as a sign that stands for it. */
function printable(text) {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu, (c) => {
    if (c === "\u200d") return c; // joins emoji
    return c === "\t" ? "→" : `<U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}

const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
let graphemes; // too slow to make for a run that draws nothing

/** How many cells of a terminal a character takes. */
const cells = (grapheme) => (wide.test(grapheme) ? 2 : /^\p{M}/u.test(grapheme) ? 0 : 1);

/** Breaks a line into pieces of at most so many cells, at a space where there is one. */
function wrap(text, width) {
  const lines = [];
  let line = [];
  let used = 0;
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  for (const { segment } of graphemes.segment(text)) {
    const size = cells(segment);
    if (used + size > width) {
      const space = line.lastIndexOf(" ");
      const rest = space >= 0 && space > line.length / 2 ? line.splice(space + 1) : [];
      lines.push(line.join("").trimEnd());
      line = rest;
      used = rest.reduce((sum, character) => sum + cells(character), 0);
    }
    line.push(segment);
    used += size;
  }
  return [...lines, line.join("")];
}
