import { randomUUID } from "node:crypto";
import process from "node:process";
import { inferBody, type InferArgs } from "./chat.ts";
import { CloudApiClient, type ProjectScope } from "./client.ts";
import type { Credentials } from "./credentials.ts";
import { ArkorError } from "./errors.ts";
import { applyEvent, endStatus, finish, type Dispatch, type Effect } from "./events.ts";
import type { Environment } from "./find-binary.ts";
import { follow } from "./follow.ts";
import { isFinal, openJobConfig, type TrainingJob, type TrainingResult } from "./job.ts";
import { checkModelName } from "./models.ts";
import { defaultTiming, systemClock, type Clock } from "./reconnect.ts";
import { openSession, type Session } from "./session.ts";
import { submit } from "./submit.ts";
import type { TrainerInput } from "./trainer-input.ts";
import { Transport } from "./transport.ts";

/** A run: at most one job, however often its methods are called. */
export interface Trainer {
  readonly name: string;
  /** Submits the job once and resolves with its id. Opens no stream, calls no callback. */
  start(): Promise<{ jobId: string }>;
  /**
   * Follows the job to its end, submitting it first if need be. Resolves for
   * completed, failed and cancelled runs alike; rejects with what a callback
   * threw, with the reason of an abort, or when the stream cannot be followed.
   */
  wait(): Promise<TrainingResult>;
  /** Asks the backend to stop the job. Sends nothing when there is none. */
  cancel(): Promise<void>;
}

/** What tests and tools replace. Not part of the public interface. */
export interface TrainerContext {
  readonly baseUrl?: string;
  readonly credentials?: Credentials;
  readonly cwd?: string;
  readonly env?: Environment;
  readonly reconnectDelayMs?: number;
  readonly maxReconnectDelayMs?: number;
  readonly maxReconnectAttempts?: number;
  readonly clock?: Clock;
}

/** Gets every event of the stream, after the callback that is about it. */
export type Observer = (event: { readonly type: string; readonly [key: string]: unknown }) => unknown;

/** How a runner watches a trainer of any copy of this package. */
export const observe = Symbol.for("arkor.trainer.observe");

/**
 * Describes a training run. Nothing is read or sent before `start()`; only a
 * missing model is refused here.
 */
export function createTrainer(input: TrainerInput): Trainer;
/** @internal */
export function createTrainer(input: TrainerInput, context: TrainerContext): Trainer;
export function createTrainer(input: TrainerInput, context: TrainerContext = {}): Trainer {
  checkModelName(input.model);
  const run = new Run(input, context);
  return {
    name: input.name,
    start: () => run.start(),
    wait: () => run.wait(),
    cancel: () => run.cancel(),
    [observe]: (observer: Observer) => run.observe(observer),
  } as Trainer;
}

interface Connection {
  readonly session: Session;
  readonly client: CloudApiClient;
  readonly scope: ProjectScope;
}

/** The state behind a trainer. */
class Run {
  readonly #input: TrainerInput;
  readonly #context: TrainerContext;
  readonly #cwd: string;
  readonly #config;
  readonly #clock: Clock;
  readonly #timing;
  readonly #idempotencyKey = randomUUID();
  readonly #observers = new Set<Observer>();
  readonly #position = { lastEventId: undefined as string | undefined };
  #connection: Promise<Connection> | undefined;
  #starting: Promise<TrainingJob> | undefined;
  #waiting: Promise<TrainingResult> | undefined;
  #job: TrainingJob | undefined;
  /** Set by the final event, before its callback, which may throw. */
  #result: TrainingResult | undefined;

  constructor(input: TrainerInput, context: TrainerContext) {
    this.#input = input;
    this.#context = context;
    this.#cwd = context.cwd ?? process.cwd();
    this.#config = openJobConfig(input);
    this.#clock = context.clock ?? systemClock;
    this.#timing = {
      initialMs: context.reconnectDelayMs ?? defaultTiming.initialMs,
      maxMs: context.maxReconnectDelayMs ?? defaultTiming.maxMs,
    };
  }

  async start(): Promise<{ jobId: string }> {
    return { jobId: (await this.#started()).id };
  }

  wait(): Promise<TrainingResult> {
    this.#waiting ??= this.#follow().catch((error: unknown) => {
      this.#waiting = undefined;
      throw error;
    });
    return this.#waiting;
  }

  async cancel(): Promise<void> {
    // A job that is just being created would otherwise run on unnoticed.
    await this.#starting?.catch(() => undefined);
    if (this.#job === undefined) return;
    const { client, scope } = await this.#connect();
    await client.cancelJob(this.#job.id, scope);
  }

  /** Adds an observer; returns what removes it. */
  observe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  #started(): Promise<TrainingJob> {
    this.#starting ??= this.#submit().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async #submit(): Promise<TrainingJob> {
    this.#job = await submit({
      input: this.#input,
      config: this.#config,
      cwd: this.#cwd,
      connect: () => this.#connect(),
      idempotencyKey: this.#idempotencyKey,
      clock: this.#clock,
      timing: this.#timing,
    });
    return this.#job;
  }

  /** One identity per trainer: a login elsewhere must not mix two. */
  #connect(): Promise<Connection> {
    this.#connection ??= this.#open().catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
    return this.#connection;
  }

  async #open(): Promise<Connection> {
    const { baseUrl, credentials, env = process.env } = this.#context;
    const now = (): number => this.#clock.now();
    const session = await openSession({ cwd: this.#cwd, env, baseUrl, credentials, now });
    const client = new CloudApiClient(new Transport({ source: session }));
    return { session, client, scope: await session.scope() };
  }

  async #follow(): Promise<TrainingResult> {
    if (this.#result !== undefined) return this.#result;
    let job = this.#job ?? (await this.#started());
    const { jobsAhead } = job;
    if (typeof jobsAhead === "number" && jobsAhead > 0) this.#notify({ type: "queued", jobsAhead });
    const { session, client, scope } = await this.#connect();
    const signal = this.#input.abortSignal;

    const apply = async (effect: Effect): Promise<boolean> => {
      job = effect.job;
      this.#job = job;
      if (effect.final) {
        const completed = effect.dispatch?.name === "onCompleted";
        this.#result = { job, artifacts: completed ? effect.dispatch.argument.artifacts : [] };
      }
      await this.#call(effect.dispatch, client, scope);
      return effect.final;
    };

    await follow({
      open: (lastEventId) => client.openEventStream(job.id, scope, { lastEventId, signal }),
      onEvent: async (payload) => {
        const final = await apply(applyEvent(job, payload));
        this.#notify(payload);
        return final;
      },
      onEnd: async (data) => {
        const named = endStatus(data);
        if (named !== undefined && !isFinal(named)) return false;
        // The reason of a failure is on the job only.
        const ask = named === undefined || named === "failed";
        const server = ask
          ? await client.getJob(job.id, scope).then(({ job }) => job, () => undefined)
          : undefined;
        if (server !== undefined && !isFinal(server.status)) return false;
        if (server !== undefined && isFinal(server.status)) {
          const { status, completedAt = null, error } = server;
          await apply(finish({ ...job, ...server }, status, completedAt, { error }));
        } else if (named !== undefined) {
          await apply(finish(job, named, null));
        } else {
          return true;
        }
        this.#notify({ type: `training.${job.status}`, jobId: job.id, error: job.error });
        return true;
      },
      onFailure: async ({ attempt, delayMs, error }) => {
        this.#notify({ type: "reconnecting", attempt, delayMs, error });
        if (!(error instanceof ArkorError)) await session.unreachable();
      },
      position: this.#position,
      timing: this.#timing,
      maxFailures: this.#context.maxReconnectAttempts,
      clock: this.#clock,
      signal,
    });
    return this.#result ?? { job, artifacts: [] };
  }

  async #call(
    dispatch: Dispatch | undefined,
    client: CloudApiClient,
    scope: ProjectScope,
  ): Promise<void> {
    const callbacks = this.#input.callbacks;
    if (dispatch === undefined || callbacks === undefined) return;
    switch (dispatch.name) {
      case "onStarted":
        return void (await callbacks.onStarted?.(dispatch.argument));
      case "onLog":
        return void (await callbacks.onLog?.(dispatch.argument));
      case "onCheckpoint": {
        const { job, step } = dispatch.argument;
        const infer = async (args: InferArgs): Promise<Response> => {
          const body = inferBody(args, { kind: "checkpoint", jobId: job.id, step });
          return await client.chat({ scope, body, signal: args.signal });
        };
        return void (await callbacks.onCheckpoint?.({ ...dispatch.argument, infer }));
      }
      case "onCompleted":
        return void (await callbacks.onCompleted?.(dispatch.argument));
      case "onFailed":
        return void (await callbacks.onFailed?.(dispatch.argument));
      case "onCancelled":
        return void (await callbacks.onCancelled?.(dispatch.argument));
    }
  }

  #notify(payload: Readonly<Record<string, unknown>>): void {
    for (const observer of this.#observers) {
      try {
        observer({ ...payload, type: String(payload["type"]) });
      } catch {
        // A watcher is never worth the run.
      }
    }
  }
}
