/** How far a training is. */

import { numberOf, type Fields } from "../net/shapes.ts";
import type { Curve } from "./curve.ts";

export interface Progress {
  /** From 0 to 1; null where the end is not known. */
  readonly part: number | null;
  readonly step: number | null;
  readonly steps: number | null;
  /** Whether steps is known rather than reckoned. */
  readonly exact: boolean;
  /** Milliseconds; null where there is nothing to reckon with. */
  readonly remaining: number | null;
}

/** Where the steps are not limited, the passes over the data are. */
export function progressOf(curve: Curve, config: Fields, status: string, elapsed: number): Progress {
  const step = curve.steps.at(-1) ?? null;
  const limit = numberOf(config["maxSteps"]);
  const epochs = numberOf(config["numTrainEpochs"]);
  const epoch = curve.last("epoch");
  let part: number | null = null;
  if (step !== null && limit !== null && limit > 0) part = step / limit;
  else if (epoch !== null && epochs !== null && epochs > 0) part = epoch / epochs;
  if (part !== null) part = Math.min(Math.max(part, 0), 1);
  if (status === "completed") part = 1;
  let steps = limit;
  if (steps === null && part !== null && step !== null) steps = status === "completed" ? step : part > 0 ? Math.round(step / part) : null;
  const going = status === "running" && part !== null && part > 0.01 && Number.isFinite(elapsed);
  return { part, step, steps, exact: limit !== null || status === "completed", remaining: going && part !== null ? (elapsed / part) * (1 - part) : null };
}

/** How far a job is, for whoever looks at another tab. */
export function windowTitleOf(name: string, status: string, { part }: Progress): string {
  return `${name} · ${status === "running" && part !== null ? `${Math.floor(part * 100)} %` : status}`;
}
