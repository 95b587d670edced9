import { useEffect, useMemo, useState } from "preact/hooks";

import { ApiError } from "../net/api.ts";
import { fieldsOf, isOver, parseJob, type Job } from "../net/shapes.ts";
import type { Frame } from "../net/stream.ts";
import { usePoll } from "../net/use-poll.ts";
import { Curve } from "../job/curve.ts";
import { loadMetrics } from "../job/metrics.ts";
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
/** Several curves take longer to draw than one. */
const drawMs = 250;

/** The jobs with their curves, which grow as their events come. */
export function useCompared(ids: readonly string[]) {
  const { api, news } = useStudio();
  const what = ids.join(",");
  const shown = ids.slice(0, maxRuns);
  const [curves, setCurves] = useState<{ readonly what: string; readonly of: ReadonlyMap<string, Curve> } | null>(null);
  const known = useMemo(() => new Map<string, Job>(), []);
  const poll = usePoll<readonly (Job | null)[]>(
    async (signal) => Promise.all(shown.map((id) => once(id, signal))),
    what,
    ({ data }) => (data?.every((job) => job === null || isOver(job.status)) ? null : pollMs),
  );

  useEffect(() => {
    const leaving = new AbortController();
    const of = new Map<string, Curve>();
    let stops: readonly (() => void)[] = [];
    let drawing: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      drawing = undefined;
      setCurves({ what, of });
    };
    const take = (curve: Curve, frames: readonly Frame[]): void => {
      for (const frame of frames) if (frame.event === "training.log") curve.add(rowOf(frame.data));
      if (frames.some((frame) => frame.event === "end")) poll.wake();
      drawing ??= setTimeout(draw, drawMs);
    };
    const begin = async (): Promise<void> => {
      const metrics = await Promise.all(shown.map((id) => loadMetrics(api, id, points, leaving.signal)));
      if (leaving.signal.aborted) return;
      stops = shown.map((id, at) => {
        const curve = metrics[at]?.curve ?? new Curve();
        of.set(id, curve);
        return news.stream.follow("job", id, {
          after: metrics[at]?.lastEventId ?? "",
          onFrames: (frames) => take(curve, frames),
          isLast: (frame) => frame.event === "end",
        });
      });
      draw();
    };
    begin().catch(() => undefined); // it was left
    return () => {
      leaving.abort();
      clearTimeout(drawing);
      for (const stop of stops) stop();
    };
  }, [api, news, what]);

  const jobs = poll.data;
  const data = useMemo(
    () => (jobs === null || curves?.what !== what ? null : shown.map((id, at): Compared => ({ id, job: jobs[at] ?? null, curve: curves.of.get(id) ?? new Curve() }))),
    [jobs, curves, what],
  );
  return { data, error: poll.error, refresh: poll.refresh };

  /** What is over stays as it is. */
  async function once(id: string, signal: AbortSignal): Promise<Job | null> {
    const before = known.get(id);
    if (before && isOver(before.status)) return before;
    try {
      const job = parseJob(fieldsOf(await api.get("/api/jobs/" + encodeURIComponent(id), signal))["job"]);
      if (job !== null) known.set(id, job);
      return job;
    } catch (reason) {
      if (reason instanceof ApiError && (reason.status === 404 || reason.status === 410 || reason.code === "no_scope")) return null;
      throw reason;
    }
  }
}

function rowOf(text: string) {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}
