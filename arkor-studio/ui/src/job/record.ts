/** What the events of a job say about it. */

import { plural } from "../formats/text.ts";
import { fieldsOf, isOver, numberOf, textOf, type Fields, type Job } from "../net/shapes.ts";
import type { Frame } from "../net/stream.ts";
import { Curve } from "./curve.ts";

/** One event, as the log shows it. */
export interface Row {
  readonly event: string;
  readonly at: string;
  readonly text: string;
  /** As it was sent. */
  readonly data: string;
}

export class JobRecord {
  curve = new Curve();
  readonly checkpoints = new Set<number>();
  readonly rows: Row[] = [];
  /** Of the frames alone; null before the first that tells. */
  status: string | null = null;
  error: string | null = null;
  startedAt: string | null = null;
  completedAt: string | null = null;
  /** How many artifacts the end of the training named. */
  artifacts: number | null = null;

  take(frame: Frame): void {
    let data: Fields | null = null;
    try {
      data = fieldsOf(JSON.parse(frame.data));
    } catch {
      // Shown as it came.
    }
    const at = textOf(data?.["timestamp"]);
    switch (frame.event) {
      case "training.started":
        this.status = "running";
        this.startedAt = at || null;
        break;
      case "training.log":
        this.status ??= "running";
        if (data) this.curve.add(data);
        else this.curve.unusable++; // NaN is no JSON, and written all the same
        break;
      case "checkpoint.saved": {
        const step = numberOf(data?.["step"]);
        if (step !== null) this.checkpoints.add(step);
        break;
      }
      case "training.completed":
        this.#end("completed", at);
        this.artifacts = listLength(data?.["artifacts"]);
        break;
      case "training.failed":
        this.#end("failed", at);
        this.error = textOf(data?.["error"]);
        break;
      case "training.cancelled":
        this.#end("cancelled", at);
        break;
      case "end": {
        const status = textOf(data?.["status"]);
        if (isOver(status)) this.status = status;
        return;
      }
      default:
        return;
    }
    this.rows.push({ event: frame.event, at, text: rowText(frame, data), data: frame.data });
  }

  #end(status: string, at: string): void {
    this.status = status;
    this.completedAt = at || null;
  }
}

/** A status that is the last one counts, wherever it comes from; then the newest word. */
export function statusOf(record: JobRecord, job: Job | null): string {
  const live = record.status;
  if (live !== null && isOver(live)) return live;
  if (job !== null && isOver(job.status)) return job.status;
  return live ?? job?.status ?? "queued";
}

function listLength(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

/** The line of an event in the log. */
function rowText(frame: Frame, data: Fields | null): string {
  if (data === null) return frame.data;
  switch (frame.event) {
    case "training.log": {
      const parts = [`step=${numberOf(data["step"]) ?? "-"}`];
      for (const name of ["loss", "evalLoss"]) {
        const value = numberOf(data[name]);
        if (value !== null) parts.push(`${name}=${value.toFixed(4)}`);
      }
      return parts.join(" ");
    }
    case "checkpoint.saved":
      return `step=${numberOf(data["step"]) ?? "-"}`;
    case "training.completed":
      return plural(listLength(data["artifacts"]), "artifact");
    case "training.failed":
      return textOf(data["error"]);
    case "training.started":
      return startedText(fieldsOf(data["metadata"]));
    case "training.cancelled":
      return numberOf(data["step"]) === null ? "" : `step=${numberOf(data["step"])}`;
    default:
      return frame.data;
  }
}

/** What the worker says of what lies before it. */
function startedText(metadata: Fields): string {
  const names = [
    ["totalSteps", "step"],
    ["samples", "sample"],
    ["evalSamples", "held-out sample"],
    ["trainableParameters", "trained parameter"],
  ] as const;
  const parts = names.flatMap(([name, one]) => {
    const n = numberOf(metadata[name]);
    return n === null || n <= 0 ? [] : [plural(n, one)];
  });
  const from = numberOf(metadata["resumedFromStep"]);
  if (from !== null && from > 0) parts.push(`goes on from step ${from}`);
  return parts.join(", ") || "the training has begun";
}
