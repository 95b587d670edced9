/** What a run of the project would see and take, as the backend says it beforehand. */

import { formatCount, plural } from "../formats/text.ts";
import { formatSpan } from "../formats/time.ts";
import { fieldsOf, numberOf, textOf } from "../net/shapes.ts";

export interface Preview {
  readonly steps: number | null;
  readonly train: number | null;
  readonly heldOut: number | null;
  readonly tokens: number | null;
  readonly trained: number | null;
  readonly seconds: Span | null;
  readonly memory: Span | null;
  readonly fits: boolean | null;
  /** Why a job would fail. */
  readonly refusals: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly samples: readonly Sample[];
}

export interface Span {
  readonly low: number;
  readonly high: number;
}

export interface Problem {
  /** "file:line", or "". */
  readonly where: string;
  readonly message: string;
  readonly hint: string;
}

export interface Sample {
  readonly where: string;
  /** "longest", "typical", or what is odd about it. */
  readonly why: readonly string[];
  readonly tokens: number;
  readonly trained: number;
  readonly runs: readonly TokenRun[];
  /** Tokens that are not shown. */
  readonly more: number;
}

/** Tokens in a row that all fare alike. */
export interface TokenRun {
  readonly state: "trained" | "ignored" | "cut";
  readonly special: boolean;
  readonly text: string;
}

export interface PreviewAnswer {
  /** null where there is none. */
  readonly preview: Preview | null;
  /** Why there is none. */
  readonly unavailable: string;
}

export function parsePreview(body: unknown): PreviewAnswer {
  const answer = fieldsOf(body);
  const preview = fieldsOf(answer["preview"]);
  if (answer["preview"] === null || answer["preview"] === undefined) return { preview: null, unavailable: textOf(answer["unavailable"]) };
  const train = fieldsOf(preview["train"]);
  const estimate = fieldsOf(preview["estimate"]);
  return {
    unavailable: "",
    preview: {
      steps: numberOf(preview["steps"]) ?? numberOf(estimate["steps"]),
      train: numberOf(train["samples"]),
      heldOut: numberOf(fieldsOf(preview["heldOut"])["samples"]),
      tokens: numberOf(train["tokens"]),
      trained: numberOf(train["trained"]),
      seconds: spanOf(estimate["seconds"]),
      memory: spanOf(estimate["memoryBytes"]),
      fits: typeof estimate["fits"] === "boolean" ? estimate["fits"] : null,
      refusals: listOf(preview["refusals"]).map(problemOf),
      warnings: [...listOf(preview["warnings"]).map(problemOf), ...listOf(estimate["warnings"]).map((text) => ({ where: "", message: textOf(text), hint: "" }))],
      samples: listOf(preview["samples"]).map(sampleOf),
    },
  };
}

/** The few numbers of it, in the order in which a person asks. */
export function factsOf(preview: Preview): readonly string[] {
  const facts: string[] = [];
  if (preview.train !== null) facts.push(plural(preview.train, "sample"));
  if (preview.heldOut !== null) facts.push(`${formatCount(preview.heldOut)} held out`);
  if (preview.steps !== null) facts.push(plural(preview.steps, "step"));
  if (preview.seconds !== null) facts.push(`about ${formatSpan(preview.seconds.low, preview.seconds.high)}`);
  if (preview.memory !== null) facts.push(`${gigabytes(preview.memory.low)} to ${gigabytes(preview.memory.high)} GB of memory`);
  return facts;
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function spanOf(value: unknown): Span | null {
  const low = numberOf(fieldsOf(value)["low"]);
  const high = numberOf(fieldsOf(value)["high"]);
  return low === null || high === null ? null : { low, high };
}

function whereOf(value: unknown): string {
  const file = textOf(fieldsOf(value)["file"]);
  const line = numberOf(fieldsOf(value)["line"]) ?? 0;
  return file !== "" && line > 0 ? `${file}:${line}` : file;
}

function problemOf(value: unknown): Problem {
  return { where: whereOf(value), message: textOf(fieldsOf(value)["message"]), hint: textOf(fieldsOf(value)["hint"]) };
}

function sampleOf(value: unknown): Sample {
  const sample = fieldsOf(value);
  return {
    where: whereOf(value),
    why: listOf(sample["why"]).map((reason) => textOf(reason).replaceAll("_", " ")),
    tokens: numberOf(sample["tokens"]) ?? 0,
    trained: numberOf(sample["trained"]) ?? 0,
    more: numberOf(sample["more"]) ?? 0,
    runs: listOf(sample["runs"]).map((item) => {
      const run = fieldsOf(item);
      const state = run["state"] === "trained" || run["state"] === "cut" ? run["state"] : "ignored";
      return { state, special: run["special"] === true, text: textOf(run["text"]) + (run["elided"] === true ? " … " : "") };
    }),
  };
}
