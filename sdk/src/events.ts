import { isJobStatus, type FinalStatus, type JobStatus, type TrainingJob } from "./job.ts";
import { asRecord, asString, numberOrNull, parseJson } from "./json.ts";
import type { CheckpointContext, TrainingLogContext } from "./trainer-input.ts";

/** A callback to run: its name and argument. `infer` is added by the trainer. */
export type Dispatch =
  | { readonly name: "onStarted"; readonly argument: { readonly job: TrainingJob } }
  | { readonly name: "onLog"; readonly argument: TrainingLogContext }
  | { readonly name: "onCheckpoint"; readonly argument: Omit<CheckpointContext, "infer"> }
  | { readonly name: "onCompleted"; readonly argument: { readonly job: TrainingJob; readonly artifacts: unknown[] } }
  | { readonly name: "onFailed"; readonly argument: { readonly job: TrainingJob; readonly error: string } }
  | { readonly name: "onCancelled"; readonly argument: { readonly job: TrainingJob } };

/** What an event means for a job. */
export interface Effect {
  /** The job after the event; the same object when nothing changed. */
  readonly job: TrainingJob;
  /** Undefined for events that no callback is about. */
  readonly dispatch: Dispatch | undefined;
  /** Whether nothing can come behind it. */
  readonly final: boolean;
}

/** Returns the payload of an event, or undefined when it is not a JSON object. */
export function parsePayload(data: string): Readonly<Record<string, unknown>> | undefined {
  return asRecord(parseJson(data));
}

/** Applies an event to a job. The job handed in is never changed. */
export function applyEvent(job: TrainingJob, payload: Readonly<Record<string, unknown>>): Effect {
  const at = asString(payload["timestamp"]) ?? null;
  const { step } = payload;
  switch (payload["type"]) {
    case "training.started": {
      const running: TrainingJob = { ...job, status: "running", startedAt: at };
      const dispatch = { name: "onStarted", argument: { job: running } } as const;
      return { job: running, dispatch, final: false };
    }
    case "training.log": {
      if (typeof step !== "number") break;
      const argument = {
        step,
        loss: numberOrNull(payload["loss"]),
        evalLoss: numberOrNull(payload["evalLoss"]),
        learningRate: numberOrNull(payload["learningRate"]),
        epoch: numberOrNull(payload["epoch"]),
        samplesPerSecond: numberOrNull(payload["samplesPerSecond"]),
        job,
      };
      return { job, dispatch: { name: "onLog", argument }, final: false };
    }
    case "checkpoint.saved": {
      if (typeof step !== "number") break;
      const artifacts = Array.isArray(payload["artifacts"]) ? payload["artifacts"] : undefined;
      const adapter = { kind: "checkpoint", jobId: job.id, step } as const;
      const argument = { step, adapter, job, artifacts };
      return { job, dispatch: { name: "onCheckpoint", argument }, final: false };
    }
    case "training.completed":
      return finish(job, "completed", at, payload);
    case "training.failed":
      return finish(job, "failed", at, payload);
    case "training.cancelled":
      return finish(job, "cancelled", at, payload);
  }
  return { job, dispatch: undefined, final: false };
}

/** Returns the status that the data of an `end` frame names, if any. */
export function endStatus(data: string): JobStatus | undefined {
  const status = parsePayload(data)?.["status"];
  return isJobStatus(status) ? status : undefined;
}

/** Applies a final status. `fields` may hold `artifacts` and `error`. */
export function finish(
  job: TrainingJob,
  status: FinalStatus,
  completedAt: string | null,
  fields: Readonly<Record<string, unknown>> = {},
): Effect {
  if (status === "failed") {
    const error = asString(fields["error"]) ?? "training failed";
    const failed: TrainingJob = { ...job, status, error, completedAt };
    const dispatch = { name: "onFailed", argument: { job: failed, error } } as const;
    return { job: failed, dispatch, final: true };
  }
  const done: TrainingJob = { ...job, status, completedAt };
  if (status === "cancelled") {
    return { job: done, dispatch: { name: "onCancelled", argument: { job: done } }, final: true };
  }
  const artifacts = Array.isArray(fields["artifacts"]) ? fields["artifacts"] : [];
  const dispatch = { name: "onCompleted", argument: { job: done, artifacts } } as const;
  return { job: done, dispatch, final: true };
}
