import type { ChatBody } from "./chat.ts";
import { bearer, type Credentials } from "./credentials.ts";
import type { DeprecationNotice } from "./deprecation.ts";
import { CloudApiError } from "./errors.ts";
import { asRecord, asString, numberOrNull } from "./json.ts";
import { parseJob, ShapeProblem, type JobConfig, type TrainingJob } from "./job.ts";
import type { ModelList } from "./models.ts";
import { parsePreview, type PreviewAnswer } from "./preview.ts";
import { Transport, type AccessSource } from "./transport.ts";

export interface CloudApiClientOptions {
  /** Address of the API; one slash at the end is dropped. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** The global fetch at the time of construction, when left out. */
  readonly fetch?: typeof fetch | undefined;
  /** Gets each deprecation notice. What it returns or throws changes nothing. */
  readonly onDeprecation?: ((notice: DeprecationNotice) => unknown) | undefined;
}

/** The organisation and project that a request is about. */
export interface ProjectScope {
  readonly orgSlug: string;
  readonly projectSlug: string;
}

export interface ProjectDto {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly orgId: string;
}

/** A file to upload as a data set. */
export interface DatasetUpload {
  readonly size: number;
  /** Of the bytes, 64 lower-case hex digits. */
  readonly sha256: string;
  /** Base name, for display only. */
  readonly filename: string;
  readonly contentType: string;
  /** Opens the bytes from the beginning. */
  readonly open: () => ReadableStream<Uint8Array>;
}

/**
 * HTTP client of the cloud API. Anything but a 2xx answer throws CloudApiError;
 * network errors and aborts pass through unchanged; nothing is repeated.
 */
export class CloudApiClient {
  readonly #transport: Transport;

  constructor(options: CloudApiClientOptions);
  /** @internal */
  constructor(transport: Transport);
  constructor(options: CloudApiClientOptions | Transport) {
    if (options instanceof Transport) {
      this.#transport = options;
      return;
    }
    const { baseUrl, credentials, fetch, onDeprecation } = options;
    this.#transport = new Transport({ source: fixedAccess(baseUrl, credentials), fetch, onDeprecation });
  }

  listProjects(orgSlug: string): Promise<{ org: { slug: string }; projects: ProjectDto[] }> {
    return this.#transport.read(
      { method: "GET", path: ["v1", "projects"], query: { orgSlug } },
      (body) => {
        const org = asRecord(body["org"]);
        const slug = asString(org?.["slug"]);
        if (slug === undefined) throw new ShapeProblem("org.slug", "is not a string");
        if (!Array.isArray(body["projects"])) throw new ShapeProblem("projects", "is not a list");
        return { org: { ...org, slug }, projects: body["projects"].map(parseProject) };
      },
    );
  }

  createProject(input: { orgSlug: string; name: string; slug: string }): Promise<{ project: ProjectDto }> {
    const { orgSlug, name, slug } = input;
    return this.#transport.read(
      { method: "POST", path: ["v1", "projects"], query: { orgSlug }, json: { name, slug } },
      (body) => ({ project: parseProject(body["project"]) }),
    );
  }

  /** Submits a job. The model is not checked here: the backend decides. */
  createJob(
    input: ProjectScope & { readonly name: string; readonly config: JobConfig },
    options: { readonly idempotencyKey?: string | undefined } = {},
  ): Promise<{ job: TrainingJob }> {
    const { name, config } = input;
    const key = options.idempotencyKey;
    return this.#transport.read(
      {
        method: "POST",
        path: ["v1", "jobs"],
        query: scopeQuery(input),
        headers: key === undefined ? undefined : { "Idempotency-Key": key },
        json: { name, config },
      },
      (body) => ({ job: parseJob(body["job"]) }),
    );
  }

  /**
   * Asks what a job with this config would train and take. Creates nothing.
   * Resolves with undefined where the backend does not offer it.
   */
  async previewJob(
    input: ProjectScope & { readonly config: JobConfig },
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<PreviewAnswer | undefined> {
    try {
      return await this.#transport.read(
        {
          method: "POST",
          path: ["v1", "preview"],
          query: scopeQuery(input),
          json: { config: input.config },
          signal: options.signal,
        },
        parsePreview,
      );
    } catch (error) {
      if (isNotOffered(error)) return undefined;
      throw error;
    }
  }

  getJob(jobId: string, scope: ProjectScope): Promise<{ job: TrainingJob; events?: unknown[] }> {
    return this.#transport.read(
      { method: "GET", path: ["v1", "jobs", jobId], query: scopeQuery(scope) },
      (body) => {
        const { events } = body;
        const job = parseJob(body["job"]);
        return Array.isArray(events) ? { job, events } : { job };
      },
    );
  }

  /** Asks for the job to be stopped. Acceptance does not mean that it has stopped. */
  async cancelJob(jobId: string, scope: ProjectScope): Promise<void> {
    const response = await this.#transport.send({
      method: "POST",
      path: ["v1", "jobs", jobId, "cancel"],
      query: scopeQuery(scope),
    });
    await response.body?.cancel();
  }

  /** Opens the job's event stream behind `lastEventId`, or from the beginning. */
  openEventStream(
    jobId: string,
    scope: ProjectScope,
    options: {
      readonly lastEventId?: string | undefined;
      readonly signal?: AbortSignal | undefined;
    } = {},
  ): Promise<Response> {
    const { lastEventId, signal } = options;
    return this.#transport.send({
      method: "GET",
      path: ["v1", "jobs", jobId, "events", "stream"],
      query: scopeQuery(scope),
      headers: {
        Accept: "text/event-stream",
        ...(lastEventId ? { "Last-Event-ID": lastEventId } : {}),
      },
      signal,
    });
  }

  /** Asks an adapter or a base model. Resolves with the unread answer. */
  chat(input: {
    readonly scope: ProjectScope;
    readonly body: ChatBody;
    readonly signal?: AbortSignal | undefined;
  }): Promise<Response> {
    const { scope, body, signal } = input;
    return this.#transport.send({
      method: "POST",
      path: ["v1", "inference", "chat"],
      query: scopeQuery(scope),
      json: body,
      signal,
    });
  }

  /** Returns what the backend trains, or undefined when it does not publish that. */
  async listModels(): Promise<ModelList | undefined> {
    try {
      return await this.#transport.read({ method: "GET", path: ["v1", "models"] }, parseModels);
    } catch (error) {
      if (isNotOffered(error)) return undefined;
      throw error;
    }
  }

  /** Says whether the project has the data set. False, too, where the route does not exist. */
  async hasDataset(
    datasetId: string,
    scope: ProjectScope,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<boolean> {
    const call = { path: ["v1", "datasets", datasetId], query: scopeQuery(scope), signal: options.signal };
    try {
      await this.#transport.send({ method: "HEAD", ...call });
    } catch (error) {
      if (isNotOffered(error)) return false;
      if (!(error instanceof CloudApiError)) throw error;
      // A refusal of HEAD has no body that could say why.
      await this.#transport.read({ method: "GET", ...call }, () => undefined);
    }
    return true;
  }

  /** Uploads a file. Resolves with its id, `sha256:` and the hash. */
  uploadDataset(
    upload: DatasetUpload,
    scope: ProjectScope,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<{ datasetId: string }> {
    return this.#transport.read(
      {
        method: "POST",
        path: ["v1", "datasets"],
        query: scopeQuery(scope),
        headers: {
          "Content-Type": upload.contentType,
          "Content-Length": String(upload.size),
          "X-Arkor-Content-SHA256": upload.sha256,
          "X-Arkor-Filename": encodeURIComponent(upload.filename),
        },
        stream: upload.open,
        signal: options.signal,
      },
      (body) => {
        const datasetId = asString(asRecord(body["dataset"])?.["id"]);
        if (datasetId === undefined) throw new ShapeProblem("dataset.id", "is not a string");
        return { datasetId };
      },
    );
  }
}

/** Says whether an error means that the backend has no such route. */
export function isNotOffered(error: unknown): boolean {
  return error instanceof CloudApiError && (error.status === 404 || error.status === 405);
}

function fixedAccess(baseUrl: string, credentials: Credentials): AccessSource {
  const access = { baseUrl: baseUrl.replace(/\/$/, ""), token: bearer(credentials) };
  return {
    current: () => Promise.resolve(access),
    rejected: () => Promise.resolve(undefined),
  };
}

/** Callers may hand in objects with more fields, such as a whole project state. */
function scopeQuery(scope: ProjectScope): Record<string, string> {
  return { orgSlug: scope.orgSlug, projectSlug: scope.projectSlug };
}

function parseProject(value: unknown): ProjectDto {
  const project = asRecord(value);
  const text = (key: string): string => {
    const field = asString(project?.[key]);
    if (field === undefined) throw new ShapeProblem(`project.${key}`, "is not a string");
    return field;
  };
  return { ...project, id: text("id"), slug: text("slug"), name: text("name"), orgId: text("orgId") };
}

function parseModels(body: Readonly<Record<string, unknown>>): ModelList {
  const { models, limits, datasetTypes } = body;
  if (!Array.isArray(models)) throw new ShapeProblem("models", "is not a list");
  return {
    models: models.map((value, index) => {
      const model = asRecord(value);
      const id = asString(model?.["id"]);
      if (id === undefined) throw new ShapeProblem(`models[${index}].id`, "is not a string");
      const can = asRecord(model?.["capabilities"]);
      return {
        ...model,
        id,
        displayName: asString(model?.["displayName"]) ?? id,
        capabilities: { ...can, train: can?.["train"] === true, infer: can?.["infer"] === true },
      };
    }),
    limits: { maxDatasetBytes: numberOrNull(asRecord(limits)?.["maxDatasetBytes"]) },
    datasetTypes: Array.isArray(datasetTypes)
      ? datasetTypes.filter((type): type is string => typeof type === "string")
      : undefined,
  };
}
