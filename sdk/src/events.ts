import { isFinal, isJobStatus, type FinalStatus, type JobStatus, type TrainingJob } from "./job.ts";
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
      return { job: running, dispatch: { name: "onStarted", argument: { job: running } } };
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
      return { job, dispatch: { name: "onLog", argument } };
    }
    case "checkpoint.saved": {
      if (typeof step !== "number") break;
      const artifacts = Array.isArray(payload["artifacts"]) ? payload["artifacts"] : undefined;
      const adapter = { kind: "checkpoint", jobId: job.id, step } as const;
      return { job, dispatch: { name: "onCheckpoint", argument: { step, adapter, job, artifacts } } };
    }
    case "training.completed":
      return finish(job, "completed", at, payload);
    case "training.failed":
      return finish(job, "failed", at, payload);
    case "training.cancelled":
      return finish(job, "cancelled", at, payload);
  }
  return { job, dispatch: undefined };
}

/** Returns the status that the data of an `end` frame names, if any. */
export function endStatus(data: string): JobStatus | undefined {
  const status = parsePayload(data)?.["status"];
  return isJobStatus(status) ? status : undefined;
}

/** Brings a job to the final state that the server's own copy of it has. */
export function applyServerJob(job: TrainingJob, server: TrainingJob): Effect {
  if (!isFinal(server.status)) return { job: { ...job, ...server }, dispatch: undefined };
  return finish({ ...job, ...server }, server.status, server.completedAt ?? null, {
    error: server.error,
  });
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
    return { job: failed, dispatch: { name: "onFailed", argument: { job: failed, error } } };
  }
  const done: TrainingJob = { ...job, status, completedAt };
  if (status === "cancelled") {
    return { job: done, dispatch: { name: "onCancelled", argument: { job: done } } };
  }
  const artifacts = Array.isArray(fields["artifacts"]) ? fields["artifacts"] : [];
  return { job: done, dispatch: { name: "onCompleted", argument: { job: done, artifacts } } };
}
