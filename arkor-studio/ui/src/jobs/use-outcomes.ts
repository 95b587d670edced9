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

export interface Outcomes {
  readonly known: ReadonlyMap<string, Outcome>;
  /** Changes with what is known. */
  readonly version: number;
  /** How many jobs are still to be asked about. */
  readonly pending: number;
  /** Asks about jobs, in their order: about those that run anew with every list. */
  readonly want: (jobs: readonly Job[], list: readonly Job[]) => void;
}

interface Asked {
  readonly status: string;
  readonly list: readonly Job[];
}

/** As few as the backend gives: the last one is among them. */
const points = 10;
const atOnce = 3;
/** A list of thousands is not sorted with every answer. */
const drawMs = 150;

export function useOutcomes(): Outcomes {
  const { api } = useStudio();
  const [version, redraw] = useState(0);
  const known = useRef(new Map<string, Outcome>());
  const asked = useRef(new Map<string, Asked>());
  /** The next one is at the end. */
  const queue = useRef<Job[]>([]);
  const wanted = useRef<readonly Job[]>([]);
  const offered = useRef(true);
  const asking = useRef(0);
  const drawing = useRef(0);
  const gone = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
      clearTimeout(drawing.current);
    },
    [],
  );

  function isDue(job: Job): boolean {
    if (job.status === "queued") return false;
    const before = asked.current.get(job.id);
    return before === undefined || before.status !== job.status || (!isOver(job.status) && before.list !== wanted.current);
  }

  function draw(): void {
    if (drawing.current !== 0 || gone.current) return;
    drawing.current = window.setTimeout(() => {
      drawing.current = 0;
      redraw((n) => n + 1);
    }, drawMs);
  }

  async function next(): Promise<void> {
    if (asking.current >= atOnce || gone.current || !offered.current) return;
    let job = queue.current.pop();
    while (job !== undefined && !isDue(job)) job = queue.current.pop(); // it was wanted twice
    if (job === undefined) return;
    asked.current.set(job.id, { status: job.status, list: wanted.current });
    asking.current++;
    try {
      const { curve } = parseMetrics(await api.get(`/api/jobs/${encodeURIComponent(job.id)}/metrics?points=${points}`));
      const { part } = progressOf(curve, job.config, job.status, NaN);
      known.current.set(job.id, { loss: curve.last("loss"), evalLoss: curve.last("evalLoss"), part });
    } catch (reason) {
      // A backend without curves has none of any job.
      if (isMissing(reason) && !(reason instanceof ApiError && reason.code === "job_not_found")) offered.current = false;
    }
    asking.current--;
    draw();
    void next();
  }

  return {
    known: known.current,
    version,
    pending: offered.current ? queue.current.length : 0,
    want: (jobs, list) => {
      wanted.current = list;
      queue.current = jobs.filter(isDue).reverse();
      for (let i = asking.current; i < atOnce; i++) void next();
    },
  };
}
