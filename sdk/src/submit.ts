import type { CloudApiClient } from "./client.ts";
import { checkDatasets, type CheckedDataset } from "./dataset-file.ts";
import { uploadDataset } from "./dataset-upload.ts";
import { ArkorError, CloudApiError, DatasetError } from "./errors.ts";
import type { JobConfig, OpenJobConfig, TrainingJob } from "./job.ts";
import { checkModelOffered, type ModelList } from "./models.ts";
import { askForPreview, refusal, type PreviewAnswer, type RunPreview } from "./preview.ts";
import type { ProjectScope } from "./projects.ts";
import { reconnectDelay, type Clock, type ReconnectTiming } from "./reconnect.ts";
import type { TrainerInput } from "./trainer-input.ts";

/** How often a create whose answer was lost is sent again. */
const maxRepeats = 2;

export interface Submission {
  readonly input: TrainerInput;
  readonly config: OpenJobConfig;
  readonly cwd: string;
  readonly connect: () => Promise<{ client: CloudApiClient; scope: ProjectScope }>;
  /** Gets what the backend offers, if it says so. */
  readonly onModels: (offer: ModelList) => Promise<void>;
  /** The same for every attempt to create this job. */
  readonly idempotencyKey: string;
  readonly clock: Clock;
  readonly timing: ReconnectTiming;
  /** Gets what the backend says of the run before there is a job. */
  readonly onPreview: (preview: RunPreview) => void;
  /** Called before the job is asked for, which what it throws prevents. */
  readonly onCreate: () => void;
}

/** A run that only has to be created. */
interface Prepared {
  readonly client: CloudApiClient;
  readonly scope: ProjectScope;
  readonly config: JobConfig;
  readonly files: CheckedDataset | undefined;
  /** Whether the backend offers our additions to the API. */
  readonly additions: boolean;
}

/**
 * Creates the job of a trainer. What can be found wrong on this machine is found
 * before the first request, what the backend can tell of the model before the
 * upload, and what it can tell of the data before there is a job.
 */
export async function submit(submission: Submission): Promise<TrainingJob> {
  const prepared = await prepare(submission);
  if (prepared.additions) await refuseBadRun(submission, prepared);
  submission.onCreate();
  return await create(submission, prepared);
}

/** Asks the backend about the run of a trainer. No job is created. */
export async function preview(submission: Submission): Promise<PreviewAnswer> {
  const { client, scope, config, files } = await prepare(submission);
  return await askForPreview(client, scope, config, files, submission.input.abortSignal);
}

async function prepare(submission: Submission): Promise<Prepared> {
  const { input, config, cwd } = submission;
  const { dataset, abortSignal: signal } = input;
  signal?.throwIfAborted();
  if (dataset?.type === undefined) {
    throw new DatasetError("dataset_invalid", "The trainer has no dataset.", {
      hint: 'for a file: dataset: { type: "file", path: "data/train.jsonl" }',
    });
  }
  const files = await checkDatasets(input, cwd, signal);
  const { client, scope } = await submission.connect();
  signal?.throwIfAborted();
  const offer = await askForModels(client);
  const list = offer === "unknown" ? undefined : offer;
  if (list !== undefined) await submission.onModels(list);
  if (offer !== "unknown") checkModelOffered(input.model, offer);
  const datasetSource =
    files !== undefined
      ? await uploadDataset(files, client, scope, list, signal)
      : (dataset as JobConfig["datasetSource"]);
  signal?.throwIfAborted();
  return { client, scope, config: { ...config, datasetSource }, files, additions: list !== undefined };
}

/** How long a run waits for its preview before it begins without one. */
const patienceMs = 30_000;

/** A question that cannot be answered stops nothing: the backend checks the job itself. */
async function refuseBadRun(submission: Submission, prepared: Prepared): Promise<void> {
  const { client, scope, config, files } = prepared;
  const user = submission.input.abortSignal;
  const patience = new AbortController();
  const stop = (): void => patience.abort();
  const timer = setTimeout(stop, patienceMs);
  user?.addEventListener("abort", stop, { once: true });
  let answer: PreviewAnswer;
  try {
    answer = await askForPreview(client, scope, config, files, patience.signal);
  } catch {
    return;
  } finally {
    clearTimeout(timer);
    user?.removeEventListener("abort", stop);
    user?.throwIfAborted();
  }
  if (answer.preview === undefined) return;
  submission.onPreview(answer.preview);
  const [first] = answer.preview.refusals;
  if (first !== undefined) throw refusal(first);
}

/** "unknown": the question failed, so the backend decides when the job is created. */
async function askForModels(client: CloudApiClient): Promise<ModelList | undefined | "unknown"> {
  return await client.listModels().catch(() => "unknown" as const);
}

/**
 * Only a backend with our additions is known to honour the key; elsewhere a
 * repeated create could start a second, paid job.
 */
async function create(
  submission: Submission,
  { client, scope, config, additions }: Prepared,
): Promise<TrainingJob> {
  const { input, idempotencyKey, clock, timing } = submission;
  for (let repeats = 0; ; repeats++) {
    try {
      const request = { ...scope, name: input.name, config };
      return (await client.createJob(request, { idempotencyKey })).job;
    } catch (error) {
      if (!additions || repeats === maxRepeats || !mayBeRepeated(error)) throw error;
      await clock.sleep(reconnectDelay(timing, repeats, clock.random()));
    }
  }
}

function mayBeRepeated(error: unknown): boolean {
  if (error instanceof CloudApiError) return error.code === "idempotency_in_progress";
  return !(error instanceof ArkorError);
}
