import { useEffect, useRef, useState } from "preact/hooks";

import { ApiError, isMissing } from "../net/api.ts";
import { isOver, type Job } from "../net/shapes.ts";
import { parseMetrics } from "../job/curve.ts";
import { progressOf } from "../job/progress.ts";
import { useStudio } from "../studio.ts";

/** What the curves of a job say in a line. */
export interface Outcome {
  readonly loss: number | null;
  readonly evalLoss: number | null;
  /** From 0 to 1; null where the end is not known. */
  readonly part: number | null;
}

interface Asked {
  readonly status: string;
  readonly list: readonly Job[];
}

/** As few as the backend gives: the last one is among them. */
const points = 10;
const atOnce = 3;

/** The outcomes of the jobs in sight, of those that run anew with every list. */
export function useOutcomes(list: readonly Job[], first: number, end: number): ReadonlyMap<string, Outcome> {
  const { api } = useStudio();
  const [, redraw] = useState(0);
  const known = useRef(new Map<string, Outcome>());
  const asked = useRef(new Map<string, Asked>());
  const offered = useRef(true);
  const wanted = useRef<readonly Job[]>([]);
  const asking = useRef(0);
  const gone = useRef(false);
  useEffect(() => () => void (gone.current = true), []);

  function isDue(job: Job): boolean {
    if (job.status === "queued") return false;
    const before = asked.current.get(job.id);
    return before === undefined || before.status !== job.status || (!isOver(job.status) && before.list !== list);
  }

  async function next(): Promise<void> {
    const job = gone.current || !offered.current ? undefined : wanted.current.find(isDue);
    if (job === undefined || asking.current >= atOnce) return;
    asked.current.set(job.id, { status: job.status, list });
    asking.current++;
    try {
      const { curve } = parseMetrics(await api.get(`/api/jobs/${encodeURIComponent(job.id)}/metrics?points=${points}`));
      const { part } = progressOf(curve, job.config, job.status, NaN);
      known.current.set(job.id, { loss: curve.last("loss"), evalLoss: curve.last("evalLoss"), part });
      if (!gone.current) redraw((n) => n + 1);
    } catch (reason) {
      // A backend without curves has none of any job.
      if (isMissing(reason) && !(reason instanceof ApiError && reason.code === "job_not_found")) offered.current = false;
    }
    asking.current--;
    void next();
  }

  useEffect(() => {
    wanted.current = list.slice(first, end);
    for (let i = asking.current; i < atOnce; i++) void next();
  }, [list, first, end]);
  return known.current;
}
