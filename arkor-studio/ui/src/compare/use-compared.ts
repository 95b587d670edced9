import { useMemo } from "preact/hooks";

import { ApiError } from "../net/api.ts";
import { fieldsOf, isOver, parseJob, type Job } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { Curve, parseMetrics } from "../job/curve.ts";
import { useStudio } from "../studio.ts";

export interface Compared {
  readonly id: string;
  /** null for a job that is not there. */
  readonly job: Job | null;
  readonly curve: Curve;
}

/** As many runs as there are colours. */
export const maxRuns = 6;
const points = 2000;
const pollMs = 5000;

/** The jobs with their curves, asked for again while one of them changes. */
export function useCompared(ids: readonly string[]) {
  const { api } = useStudio();
  const known = useMemo(() => new Map<string, Compared>(), []);
  return usePoll<readonly Compared[]>(
    async (signal) => Promise.all(ids.slice(0, maxRuns).map((id) => once(id, signal))),
    ids.join(","),
    (state) => (state.data?.every(({ job }) => job === null || isOver(job.status)) ? null : pollMs),
  );

  /** What is over stays as it is. */
  async function once(id: string, signal: AbortSignal): Promise<Compared> {
    const before = known.get(id);
    if (before?.job && isOver(before.job.status)) return before;
    const path = "/api/jobs/" + encodeURIComponent(id);
    try {
      const body = fieldsOf(await api.get(path, signal));
      const compared = { id, job: parseJob(body["job"]), curve: await curveOf(path, body["events"], signal) };
      known.set(id, compared);
      return compared;
    } catch (reason) {
      if (reason instanceof ApiError && (reason.status === 404 || reason.status === 410 || reason.code === "no_scope")) return { id, job: null, curve: new Curve() };
      throw reason;
    }
  }

  /** From the metrics, else from the events that came with the job. */
  async function curveOf(path: string, events: unknown, signal: AbortSignal): Promise<Curve> {
    try {
      return parseMetrics(await api.get(`${path}/metrics?points=${points}`, signal)).curve;
    } catch (reason) {
      if (!(reason instanceof ApiError) || reason.status === 0 || reason.status >= 500) throw reason;
    }
    const curve = new Curve();
    for (const event of Array.isArray(events) ? events.map(fieldsOf) : []) if (event["type"] === "training.log") curve.add(event);
    return curve;
  }
}
