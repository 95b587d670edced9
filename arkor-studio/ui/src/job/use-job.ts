import { useEffect, useRef, useState } from "preact/hooks";

import { fieldsOf, isOver, parseJob, type Job } from "../net/shapes.ts";
import type { StreamState } from "../net/stream.ts";
import { usePoll } from "../net/use-poll.ts";
import { useStudio } from "../studio.ts";
import type { Metrics } from "./curve.ts";
import { loadMetrics } from "./metrics.ts";
import { isGone, paceOf } from "./pace.ts";
import { JobRecord, statusOf } from "./record.ts";

export interface LiveJob {
  /** null until it was asked for once. */
  readonly job: Job | null;
  /** Why it could not be asked for, the last time. */
  readonly error: unknown;
  readonly missing: boolean;
  readonly record: JobRecord;
  readonly status: string;
  readonly stream: StreamState;
  /** How many events are not in the log, because the curve did not need them. */
  readonly earlier: number;
  readonly loadEarlier: () => void;
  readonly reconnect: () => void;
  readonly refresh: () => void;
  /** Changes with every change of the record. */
  readonly version: number;
}

/** Curves that a page can draw without seeing every event. */
const points = 4000;
/** So many events are read one by one, which fills the log too. */
const fewEvents = 2000;

/** A job as it is now: what the backend says of it, and its events as they come. */
export function useJob(id: string): LiveJob {
  const { api, news } = useStudio();
  const path = "/api/jobs/" + encodeURIComponent(id);
  const [version, redraw] = useState(0);
  const [stream, setStream] = useState<StreamState>({ name: "connecting" });
  const [attempt, setAttempt] = useState({ number: 0, whole: false });
  const [earlier, setEarlier] = useState(0);
  const record = useRef(new JobRecord());
  const poll = usePoll(
    async (signal) => parseJob(fieldsOf(await api.get(path, signal))["job"]),
    path,
    ({ data, error }) => paceOf(data, error),
  );

  useEffect(() => {
    const leaving = new AbortController();
    let stop = (): void => undefined;
    let drawing = 0;
    const draw = (): void => {
      // A hidden page draws no frames.
      if (drawing === 0) drawing = document.hidden ? window.setTimeout(drawNow, 50) : requestAnimationFrame(drawNow);
    };
    const drawNow = (): void => {
      drawing = 0;
      if (!leaving.signal.aborted) redraw((n) => n + 1);
    };
    const open = (metrics: Metrics | null): void => {
      if (leaving.signal.aborted) return;
      const fresh = new JobRecord();
      const skips = metrics !== null && !attempt.whole && metrics.total > fewEvents;
      if (metrics !== null) metrics.checkpoints.forEach((step) => fresh.checkpoints.add(step));
      if (skips) fresh.curve = metrics.curve;
      setEarlier(skips ? metrics.total : 0);
      record.current = fresh;
      draw();
      stop = news.stream.follow("job", id, {
        after: skips ? metrics.lastEventId : "",
        onFrames: (frames) => {
          for (const frame of frames) fresh.take(frame);
          if (fresh.status !== null && isOver(fresh.status)) poll.wake();
          draw();
        },
        onState: setStream,
        isLast: (frame) => frame.event === "end",
      });
    };
    setStream({ name: "connecting" });
    if (attempt.whole) open(null);
    else loadMetrics(api, id, points, leaving.signal).then(open, () => undefined);
    return () => {
      leaving.abort();
      stop();
    };
  }, [api, news, id, path, attempt]);

  return {
    job: poll.data,
    error: poll.error,
    missing: poll.data === null && isGone(poll.error),
    record: record.current,
    status: statusOf(record.current, poll.data),
    stream,
    earlier,
    loadEarlier: () => setAttempt(({ number }) => ({ number: number + 1, whole: true })),
    reconnect: () => setAttempt(({ number, whole }) => ({ number: number + 1, whole })),
    refresh: poll.refresh,
    version,
  };
}
