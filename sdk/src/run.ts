import { randomUUID } from "node:crypto";
import process from "node:process";
import { inferBody, type ChatAdapter, type InferArgs } from "./chat.ts";
import { CloudApiClient } from "./client.ts";
import { describe, type TrainerDescription } from "./describe.ts";
import { ArkorError } from "./errors.ts";
import { keepEval, type Question } from "./eval-keep.ts";
import { measure, type EvalReport } from "./eval-measure.ts";
import { describeEval, EvalRunner, recordEval, samplesOf } from "./eval-runner.ts";
import { applyEvent, endStatus, finish, type Dispatch, type Effect } from "./events.ts";
import { follow } from "./follow.ts";
import { isFinal, openJobConfig, type TrainingJob, type TrainingResult } from "./job.ts";
import { asRecord, numberOrNull } from "./json.ts";
import { writeModelTypes } from "./model-types.ts";
import type { PreviewAnswer } from "./preview.ts";
import type { ProjectScope } from "./projects.ts";
import { Pump } from "./pump.ts";
import { defaultTiming, systemClock, type Clock } from "./reconnect.ts";
import { openSession, type Session } from "./session.ts";
import { preview, submit, type Submission } from "./submit.ts";
import { toTrainerEvent, type CallbackRun, type TrainerEvent } from "./trainer-events.ts";
import type { TrainerInput } from "./trainer-input.ts";
import type { Attachment, Observer, Overrides, TrainerContext } from "./trainer.ts";
import { Transport } from "./transport.ts";

type Payload = Readonly<Record<string, unknown>>;

interface Connection {
  readonly session: Session;
  readonly client: CloudApiClient;
  readonly scope: ProjectScope;
}

/** The state behind a trainer. */
export class Run {
  readonly #input: TrainerInput;
  readonly #context: TrainerContext;
  readonly #cwd: string;
  #config;
  readonly #clock: Clock;
  readonly #timing;
  readonly #idempotencyKey = randomUUID();
  readonly #observers = new Set<Observer>();
  readonly #pump: Pump;
  readonly #position = { lastEventId: undefined as string | undefined };
  /** Undefined unless a runner has attached what belongs to the project. */
  #evals: EvalRunner | undefined;
  #connection: Promise<Connection> | undefined;
  #starting: Promise<TrainingJob> | undefined;
  #waiting: Promise<TrainingResult> | undefined;
  #job: TrainingJob | undefined;
  /** Whether a job may exist, and whether none shall. */
  #asked = false;
  #abandoned = false;
  /** The highest step that an event named. */
  #step = 0;
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
    this.#pump = new Pump({
      read: (signal) => this.#follow(signal),
      signal: () => this.#input.abortSignal,
    });
  }

  async start(): Promise<{ jobId: string }> {
    return { jobId: (await this.#started()).id };
  }

  wait(): Promise<TrainingResult> {
    this.#waiting ??= this.#pump.wait().catch((error: unknown) => {
      this.#waiting = undefined;
      throw error;
    });
    return this.#waiting;
  }

  events(signal: AbortSignal | undefined): AsyncIterable<TrainerEvent> {
    return this.#pump.events(signal);
  }

  async cancel(): Promise<void> {
    // A job that is just being created would otherwise run on unnoticed.
    await this.#starting?.catch(() => undefined);
    if (this.#job === undefined) return;
    const { client, scope } = await this.#connect();
    await client.cancelJob(this.#job.id, scope);
  }

  /** From now on no job is asked for. Returns whether none was. */
  abandon(): boolean {
    this.#abandoned = true;
    return !this.#asked;
  }

  /** Adds an observer; returns what removes it. */
  observe(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** Replaces what was attached before: a module may be run twice. */
  attach({ evals }: Attachment): void {
    this.#evals = new EvalRunner(evals);
  }

  /** Changes the job to be created. Returns false when it is too late for that. */
  override(changes: Overrides): boolean {
    if (this.#starting !== undefined) return false;
    this.#config = { ...this.#config, ...changes };
    return true;
  }

  #started(): Promise<TrainingJob> {
    this.#starting ??= this.#submit().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async #submit(): Promise<TrainingJob> {
    this.#input.abortSignal?.throwIfAborted();
    await this.#evals?.load();
    this.#job = await submit(this.#submission());
    return this.#job;
  }

  describe(): TrainerDescription {
    return describe(this.#input, this.#config, this.#cwd);
  }

  preview(): Promise<PreviewAnswer> {
    return preview(this.#submission());
  }

  #submission(): Submission {
    return {
      input: this.#input,
      config: this.#config,
      cwd: this.#cwd,
      connect: () => this.#connect(),
      // Files are written for projects only, never for programs that hold a trainer.
      onModels: async (offer) => {
        if (this.#evals !== undefined) await writeModelTypes(this.#cwd, offer).catch(() => undefined);
      },
      idempotencyKey: this.#idempotencyKey,
      clock: this.#clock,
      timing: this.#timing,
      onPreview: (preview) => this.#notify({ type: "preview", preview }),
      onCreate: () => {
        if (this.#abandoned) throw new Error("abandoned before there was a job");
        this.#asked = true;
      },
    };
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

  async #follow(signal: AbortSignal): Promise<TrainingResult> {
    if (this.#result !== undefined) return this.#result;
    let job = this.#job ?? (await this.#started());
    const { jobsAhead } = job;
    if (typeof jobsAhead === "number" && jobsAhead > 0) this.#notify({ type: "queued", jobsAhead });
    const connection = await this.#connect();
    const { session, client, scope } = connection;

    const apply = async (effect: Effect, payload: Payload): Promise<boolean> => {
      job = effect.job;
      await this.#apply(effect, payload, connection, signal);
      return effect.final;
    };

    await follow({
      open: (lastEventId) => client.openEventStream(job.id, scope, { lastEventId, signal }),
      onEvent: (payload) => apply(applyEvent(job, payload), payload),
      onEnd: async (data) => {
        const named = endStatus(data);
        if (named !== undefined && !isFinal(named)) return false;
        // The reason of a failure is on the job only.
        const ask = named === undefined || named === "failed";
        const server = ask
          ? await client.getJob(job.id, scope).then(({ job }) => job, () => undefined)
          : undefined;
        const status = server?.status ?? named;
        if (status === undefined) return true;
        if (!isFinal(status)) return false;
        const { completedAt = null, error } = server ?? {};
        const payload = { type: `training.${status}`, jobId: job.id, error };
        return await apply(finish({ ...job, ...server }, status, completedAt, payload), payload);
      },
      onFailure: async ({ attempt, delayMs, error }) => {
        this.#notify({ type: "reconnecting", attempt, delayMs, error });
        this.#pump.publish({ type: "reconnecting", attempt, delayMs, error });
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

  /** Runs what an event calls for: its callback, whoever watches, the evals. */
  async #apply(effect: Effect, payload: Payload, connection: Connection, signal: AbortSignal): Promise<void> {
    const { job, dispatch, final } = effect;
    this.#job = job;
    if (final) {
      const artifacts = dispatch?.name === "onCompleted" ? dispatch.argument.artifacts : [];
      this.#result = { job, artifacts };
    }
    if (dispatch?.name === "onLog" || dispatch?.name === "onCheckpoint") {
      this.#step = Math.max(this.#step, dispatch.argument.step);
    }
    const run = withInfer(dispatch, connection);
    try {
      if (run !== undefined) await this.#input.callbacks?.[run.name]?.(run.argument as never);
      if (run?.name === "onCompleted") {
        const step = numberOrNull(asRecord(payload["metrics"])?.["finalStep"]) ?? this.#step;
        await this.#measure({ job, step, last: true }, connection, signal);
      }
      this.#notify(payload);
    } finally {
      // It lies behind the resume position and would not come again.
      this.#pump.publish(toTrainerEvent(run, payload));
    }
    if (run?.name === "onCheckpoint") {
      await this.#measure({ job, step: run.argument.step, last: false }, connection, signal);
    }
  }

  async #measure(
    point: { readonly job: TrainingJob; readonly step: number; readonly last: boolean },
    connection: Connection,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#evals === undefined) return;
    const { job, step, last } = point;
    const kind = last ? "final" : "checkpoint";
    const adapter = last ? ({ kind: "final", jobId: job.id } as const) : ({ kind: "checkpoint", jobId: job.id, step } as const);
    const infer = inferFrom(connection, adapter, signal);
    for await (const { known, ...report } of this.#evals.run({ ...point, infer, signal })) {
      if (!known) await this.#tell(report, job);
      await keepEval(connection, job, { kind, step }, report);
      // A dry run is there to see whether all of it works, not how well.
      const decides = last && this.#config.dryRun !== true;
      if (decides && report.result.passed === false) this.#notify({ ...report.result, type: "threshold.missed" });
    }
  }

  async #tell(report: EvalReport, job: TrainingJob): Promise<void> {
    process.stderr.write(`${describeEval(report)}\n`);
    await recordEval(this.#cwd, job.id, report.result).catch((error: unknown) => {
      process.stderr.write(`arkor: warning: the result cannot be kept: ${String(error)}\n`);
    });
    this.#notify({ ...report.result });
    this.#pump.publish(report.result);
  }

  /** Resolves with an answer of the API as it is, or undefined where the backend does not offer it. */
  async get(path: readonly string[], query?: Readonly<Record<string, string>>): Promise<Payload | undefined> {
    const { client, scope } = await this.#connect();
    return await client.get(path, scope, query);
  }

  /** Measures a model that need not be of this run. */
  async evaluate({ eval: one, job, model, step, target, signal, ...options }: Question): Promise<EvalReport> {
    const samples = await samplesOf(one);
    const connection = await this.#connect();
    const report = await measure(one, samples, { job, step, signal, infer: inferFrom(connection, model, signal) }, options);
    await keepEval(connection, job, target, report);
    return report;
  }

  #notify(payload: Payload): void {
    for (const observer of this.#observers) {
      try {
        observer({ ...payload, type: String(payload["type"]) });
      } catch {
        // A watcher is never worth the run.
      }
    }
  }
}

function inferFrom({ client, scope }: Connection, model: ChatAdapter | string, signal?: AbortSignal) {
  return (args: InferArgs): Promise<Response> =>
    client.chat({ scope, body: inferBody(args, model), signal: args.signal ?? signal });
}

function withInfer(dispatch: Dispatch | undefined, connection: Connection): CallbackRun | undefined {
  if (dispatch?.name !== "onCheckpoint") return dispatch;
  const infer = inferFrom(connection, dispatch.argument.adapter);
  return { name: dispatch.name, argument: { ...dispatch.argument, infer } };
}
