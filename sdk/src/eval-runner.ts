import { appendFile, mkdir } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Eval, EvalResult } from "./eval.ts";
import { measure, type EvalPoint, type EvalReport } from "./eval-measure.ts";
import { oneLine } from "./one-line.ts";

/** The evals of a trainer and the samples they ask about. */
export class EvalRunner {
  readonly #evals: readonly Eval[];
  readonly #found = new Map<Eval, Map<number, EvalReport>>();
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

  /**
   * Runs the evals that are due, one after the other, a sample at a time. With
   * `last` the training is over: each eval yields what it says of this step, and
   * whether it said so before, at the checkpoint.
   */
  async *run(point: EvalPoint & { readonly last: boolean }): AsyncGenerator<EvalReport & { readonly known: boolean }, void> {
    const samples = await this.load();
    for (const [index, one] of this.#evals.entries()) {
      const found = this.#found.get(one) ?? new Map<number, EvalReport>();
      const known = found.get(point.step);
      if (known !== undefined && point.last) yield { ...known, known: true };
      if (point.last ? known !== undefined : one.everyCheckpoint === false) continue;
      const report = await measure(one, samples[index] ?? [], point);
      this.#found.set(one, found.set(point.step, report));
      yield { ...report, known: false };
    }
  }
}

export async function samplesOf(one: Eval): Promise<readonly object[]> {
  const samples: object[] = [];
  for await (const sample of one.dataset.samples()) {
    samples.push(sample);
    if (samples.length === one.limit) break;
  }
  return samples;
}

/** Says in one line what an eval found. */
export function describeEval({ result, note, problem }: Pick<EvalReport, "result" | "note" | "problem">): string {
  const { name, step, count, failed, mean, min, max, threshold, passed } = result;
  const short = (value: number | null): string => String(Number((value ?? 0).toFixed(4)));
  const remark = (text: string | undefined): string => (text ? ` (${excerpt(text)})` : "");
  const parts = [
    ...(mean === null ? [] : [`mean ${short(mean)}`, `min ${short(min)}${remark(note)}`, `max ${short(max)}`]),
    count === 1 ? "1 sample" : `${count} samples`,
    ...(failed === 0 ? [] : [`${failed} failed${remark(problem)}`]),
    ...(threshold === undefined ? [] : [`threshold ${short(threshold)} ${passed ? "reached" : "missed"}`]),
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
