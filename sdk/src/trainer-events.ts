import type { EvalResult } from "./eval.ts";
import type { Dispatch } from "./events.ts";
import type { TrainingJob } from "./job.ts";
import type { CheckpointContext, TrainingLogContext } from "./trainer-input.ts";

/** What `trainer.events()` yields. */
export type TrainerEvent =
  | { readonly type: "started"; readonly job: TrainingJob }
  | ({ readonly type: "log" } & TrainingLogContext)
  | ({ readonly type: "checkpoint" } & CheckpointContext)
  | EvalResult
  | { readonly type: "completed"; readonly job: TrainingJob; readonly artifacts: unknown[] }
  | { readonly type: "failed"; readonly job: TrainingJob; readonly error: string }
  | { readonly type: "cancelled"; readonly job: TrainingJob }
  /** The connection was lost; the next attempt comes after `delayMs`. */
  | {
      readonly type: "reconnecting";
      readonly attempt: number;
      readonly delayMs: number;
      readonly error: unknown;
    }
  /** An event of the backend that this release does not know. */
  | { readonly type: "unknown"; readonly name: string; readonly data: Readonly<Record<string, unknown>> };

/** A callback to run, with everything that its argument holds. */
export type CallbackRun =
  | Exclude<Dispatch, { readonly name: "onCheckpoint" }>
  | { readonly name: "onCheckpoint"; readonly argument: CheckpointContext };

const typeOfCallback = {
  onStarted: "started",
  onLog: "log",
  onCheckpoint: "checkpoint",
  onCompleted: "completed",
  onFailed: "failed",
  onCancelled: "cancelled",
} as const satisfies Record<CallbackRun["name"], TrainerEvent["type"]>;

/** Returns the event that the iterators get for an event of the stream. */
export function toTrainerEvent(
  run: CallbackRun | undefined,
  payload: Readonly<Record<string, unknown>>,
): TrainerEvent {
  if (run === undefined) return { type: "unknown", name: String(payload["type"] ?? ""), data: payload };
  return { type: typeOfCallback[run.name], ...run.argument } as TrainerEvent;
}
