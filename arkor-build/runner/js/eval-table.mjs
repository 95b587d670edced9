// How models compare, as a table.

import { cut, oneLine } from "./text.mjs";

/** Returns the lines of a comparison, with the samples to look at where worst is set. */
export function drawComparison({ job, models, evals }, worst) {
  const keys = Object.keys(models);
  const about = keys.map((key) => `${key.padEnd(8)}  ${describeModel(job, models[key])}`);
  const head = ["eval", "samples", ...keys, "threshold", ""];
  const rows = evals.map(({ name, threshold, passed, results }) => [
    cut(oneLine(name), 40),
    String(results.tuned.count),
    ...keys.map((key) => cell(results[key])),
    threshold === null ? "-" : number(threshold),
    passed === null ? "" : passed ? "pass" : "FAIL",
  ]);
  const lines = [...about, "", ...table([head, ...rows])];
  return worst ? [...lines, ...evals.flatMap(drawWorst)] : lines;
}

function describeModel(job, { kind, step, model, slug, adapter }) {
  const ofJob = `${oneLine(job.name)} (${oneLine(job.id)})${job.dryRun ? ", a dry run" : ""}`;
  if (kind === "base") return oneLine(model);
  if (kind === "final") return `${ofJob}, final adapter, step ${step}`;
  if (kind === "checkpoint") return `${ofJob}, checkpoint of step ${step}`;
  const what = adapter.model ?? `job ${adapter.jobId}, ${adapter.kind === "final" ? "final adapter" : `checkpoint of step ${adapter.step}`}`;
  return `endpoint ${oneLine(slug)}: ${oneLine(what)}`;
}

const number = (value) => (Math.abs(value) < 1000 ? value.toFixed(3) : String(Math.round(value)));

function cell({ mean, failed }) {
  const scored = mean === null ? "-" : number(mean);
  return failed > 0 ? `${scored} (${failed} failed)` : scored;
}

// The first column and the last are words.
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((text, column) => (column === 0 || column === row.length - 1 ? text.padEnd(widths[column]) : text.padStart(widths[column]))).join("  ").trimEnd(),
  );
}

// Samples as good as the best are none to look at, unless all are as bad.
function drawWorst({ name, passed, results: { tuned } }) {
  const alike = tuned.min === tuned.max && passed !== true;
  const shown = tuned.worst.filter(({ score }) => score === null || score < tuned.max || alike);
  if (shown.length === 0) return [];
  const lines = ["", `${oneLine(name)}: what the tuned model did worst at`];
  for (const { prompt, answer, score, note } of shown) {
    const said = score === null ? "failed" : `score ${Number(score.toFixed(4))}`;
    lines.push(`  ${said}${note === null ? "" : `  ${cut(oneLine(note), 200)}`}`);
    if (prompt !== null) lines.push(`    asked     ${cut(oneLine(prompt), 200)}`);
    if (answer !== null) lines.push(`    answered  ${cut(oneLine(answer), 200)}`);
  }
  return lines;
}
