import { appendFile, mkdir } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Eval, EvalContext, EvalResult } from "./eval.ts";
import { asRecord, asString } from "./json.ts";
import { oneLine } from "./one-line.ts";

/** When and on what evals are run. */
export interface EvalPoint extends Omit<EvalContext, "sample"> {
  /** Whether the training is over, so that this is the last chance. */
  readonly last: boolean;
}

export interface EvalReport {
  readonly result: EvalResult;
  /** What `score` noted about the sample with the lowest score. */
  readonly note: string | undefined;
  /** Why the first sample failed, if one did. */
  readonly problem: string | undefined;
}

/** The evals of a trainer and the samples they ask about. */
export class EvalRunner {
  readonly #evals: readonly Eval[];
  readonly #measured = new Map<Eval, number>();
  #loading: Promise<readonly (readonly object[])[]> | undefined;

  constructor(evals: readonly Eval[]) {
    this.#evals = evals;
  }

  /** Reads all samples, once: what cannot be read shall not show hours later. */
  load(): Promise<readonly (readonly object[])[]> {
    this.#loading ??= Promise.all(this.#evals.map(samplesOf)).catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  /** Runs the evals that are due, one after the other, a sample at a time. */
  async *run(point: EvalPoint): AsyncGenerator<EvalReport, void> {
    const samples = await this.load();
    for (const [index, one] of this.#evals.entries()) {
      const due = point.last ? this.#measured.get(one) !== point.step : one.everyCheckpoint !== false;
      if (!due) continue;
      const report = await measure(one, samples[index] ?? [], point);
      this.#measured.set(one, point.step);
      yield report;
    }
  }
}

async function samplesOf(one: Eval): Promise<readonly object[]> {
  const samples: object[] = [];
  for await (const sample of one.dataset.samples()) {
    samples.push(sample);
    if (samples.length === one.limit) break;
  }
  return samples;
}

async function measure(one: Eval, samples: readonly object[], point: EvalPoint): Promise<EvalReport> {
  const { step, job, infer, signal } = point;
  const scores: number[] = [];
  let lowest = Infinity;
  let note: string | undefined;
  let failed = 0;
  let problem: string | undefined;
  for (const [index, sample] of samples.entries()) {
    signal.throwIfAborted();
    try {
      const scored = readScore(await one.score({ sample, step, job, infer, signal }));
      if (scored.score < lowest) ({ score: lowest, note } = scored);
      scores.push(scored.score);
    } catch (error) {
      signal.throwIfAborted();
      if (one.failFast === true) throw error;
      failed++;
      problem ??= `sample ${index + 1}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  const most = (a: number, b: number): number => Math.max(a, b);
  const none = scores.length === 0;
  const result: EvalResult = {
    type: "eval",
    name: one.name,
    step,
    count: samples.length,
    failed,
    mean: none ? null : scores.reduce((sum, score) => sum + score, 0) / scores.length,
    min: none ? null : lowest,
    max: none ? null : scores.reduce(most),
  };
  return { result, note, problem };
}

function readScore(value: unknown): { readonly score: number; readonly note?: string | undefined } {
  const fields = asRecord(value);
  const score = fields === undefined ? value : fields["score"];
  if (typeof score !== "number" || !Number.isFinite(score)) {
    throw new TypeError(`the score is not a finite number but ${String(score)}`);
  }
  return { score, note: asString(fields?.["note"]) };
}

/** Says in one line what an eval found. */
export function describeEval({ result, note, problem }: EvalReport): string {
  const { name, step, count, failed, mean, min, max } = result;
  const short = (value: number | null): string => String(Number((value ?? 0).toFixed(4)));
  const remark = (text: string | undefined): string => (text ? ` (${excerpt(text)})` : "");
  const parts = [
    ...(mean === null ? [] : [`mean ${short(mean)}`, `min ${short(min)}${remark(note)}`, `max ${short(max)}`]),
    count === 1 ? "1 sample" : `${count} samples`,
    ...(failed === 0 ? [] : [`${failed} failed${remark(problem)}`]),
  ];
  return `eval ${excerpt(name)} at step ${step}: ${parts.join(", ")}`;
}

const longestRemark = 100;

/** A text that may come from a model must not fill the screen either. */
function excerpt(text: string): string {
  const line = oneLine(text);
  return line.length <= longestRemark ? line : `${line.slice(0, longestRemark)}...`;
}

/** Adds a result to `.arkor/evals/<job>.jsonl` of the project. */
export async function recordEval(cwd: string, jobId: string, result: EvalResult): Promise<void> {
  const folder = join(cwd, ".arkor", "evals");
  await mkdir(folder, { recursive: true });
  await appendFile(join(folder, `${fileName(jobId)}.jsonl`), `${JSON.stringify(result)}\n`);
}

/** The id comes from a server and must not lead elsewhere. */
function fileName(jobId: string): string {
  if (/^\w[\w-]{0,99}$/.test(jobId)) return jobId;
  return createHash("sha256").update(jobId).digest("hex");
}
