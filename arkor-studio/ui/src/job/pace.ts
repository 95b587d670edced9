/** How often a job is asked about. */

import { ApiError, isMissing } from "../net/api.ts";
import { isOver, type Job } from "../net/shapes.ts";

const pollMs = 5000;

/** Milliseconds to the next question; null once the answer cannot change any more. */
export function paceOf(job: Job | null, error: unknown): number | null {
  return (job !== null && isOver(job.status)) || isGone(error) ? null : pollMs;
}

/** Whether there is no such job. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && (isMissing(error) || error.status === 410 || error.code === "no_scope");
}
