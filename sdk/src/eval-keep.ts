import process from "node:process";
import type { ChatAdapter } from "./chat.ts";
import type { CloudApiClient } from "./client.ts";
import type { Eval } from "./eval.ts";
import type { EvalReport, EvalSample, MeasureOptions } from "./eval-measure.ts";
import type { TrainingJob } from "./job.ts";
import { oneLine } from "./one-line.ts";
import type { ProjectScope } from "./projects.ts";

/** Which model was measured. */
export type EvalTarget =
  | { readonly kind: "checkpoint" | "final"; readonly step: number }
  | { readonly kind: "base"; readonly model: string }
  | { readonly kind: "endpoint"; readonly slug: string };

/** What a backend keeps of a measurement. */
export interface JobEval {
  readonly name: string;
  readonly target: EvalTarget;
  readonly count: number;
  readonly failed: number;
  readonly mean: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly threshold: number | null;
  readonly worst: readonly EvalSample[];
}

/** One model of a comparison, to be measured by one eval. */
export interface Question extends MeasureOptions {
  readonly eval: Eval;
  readonly job: TrainingJob;
  /** An adapter, or the id of a base model. */
  readonly model: ChatAdapter | string;
  readonly step: number;
  readonly target: EvalTarget;
  readonly signal: AbortSignal;
}

/** Tells the backend. A failure is a warning on stderr: the result is known all the same. */
export async function keepEval(
  { client, scope }: { readonly client: CloudApiClient; readonly scope: ProjectScope },
  job: TrainingJob,
  target: EvalTarget,
  { result, worst }: EvalReport,
): Promise<void> {
  const { name, count, failed, mean, min, max, threshold = null } = result;
  await client
    .addEval(job.id, scope, { name, target, count, failed, mean, min, max, threshold, worst })
    .catch((error: unknown) => {
      process.stderr.write(`arkor: warning: the backend does not keep the result: ${oneLine(String(error))}\n`);
    });
}
