import type { ChatBody } from "./chat.ts";
import type { Credentials } from "./credentials.ts";
import {
  parseDeployment,
  parseDeploymentKeys,
  parseDeployments,
  parseNewDeploymentKey,
  type CreateDeploymentInput,
  type CreateDeploymentKeyInput,
  type CreateDeploymentKeyResult,
  type DeploymentDto,
  type DeploymentKeyDto,
  type DeploymentScope,
  type UpdateDeploymentInput,
} from "./deployments.ts";
import type { DeprecationNotice } from "./deprecation.ts";
import type { DatasetUpload } from "./dataset-file.ts";
import { CloudApiError } from "./errors.ts";
import type { JobEval } from "./eval-keep.ts";
import { parseJob, type JobConfig, type TrainingJob } from "./job.ts";
import { asRecord, asString } from "./json.ts";
import { parseModels, type ModelList } from "./models.ts";
import { ifOffered, isNotOffered } from "./offered.ts";
import { parsePreview, type PreviewAnswer } from "./preview.ts";
import { parseProject, parseProjects, type ProjectDto, type ProjectScope } from "./projects.ts";
import { ShapeProblem } from "./shape.ts";
import { fixedAccess, Transport, type Call } from "./transport.ts";

export interface CloudApiClientOptions {
  /** Address of the API; one slash at the end is dropped. */
  readonly baseUrl: string;
  /** Their token is read once. One that cannot be sent is an AuthError. */
  readonly credentials: Credentials;
  /** The global fetch at the time of construction, when left out. */
  readonly fetch?: typeof fetch | undefined;
  /** Gets each deprecation notice. What it returns or throws changes nothing. */
  readonly onDeprecation?: ((notice: DeprecationNotice) => unknown) | undefined;
}

/**
 * HTTP client of the cloud API. Every method rejects with CloudApiError for an
 * answer other than 2xx and with ResponseShapeError for one that lacks what the
 * contract promises; network errors and aborts pass through unchanged. Nothing
 * is repeated, cached or timed out. Fields that this release does not know are
 * kept on what it returns.
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
    this.#transport = new Transport({ source: fixedAccess(baseUrl.replace(/\/$/, ""), credentials), fetch, onDeprecation });
  }

  /** Returns all projects of an organisation. */
  listProjects(orgSlug: string): Promise<{ org: { slug: string }; projects: ProjectDto[] }> {
    return this.#transport.read(
      { method: "GET", path: ["v1", "projects"], query: { orgSlug } },
      parseProjects,
    );
  }

  /** Creates a project. A slug that is taken is a CloudApiError of status 409. */
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
  previewJob(
    input: ProjectScope & { readonly config: JobConfig },
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<PreviewAnswer | undefined> {
    return ifOffered(
      this.#transport.read(
        {
          method: "POST",
          path: ["v1", "preview"],
          query: scopeQuery(input),
          json: { config: input.config },
          signal: options.signal,
        },
        parsePreview,
      ),
    );
  }

  /** Returns a job as it is now, and its events where the backend tells them. */
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
  cancelJob(jobId: string, scope: ProjectScope): Promise<void> {
    return this.#transport.run({
      method: "POST",
      path: ["v1", "jobs", jobId, "cancel"],
      query: scopeQuery(scope),
    });
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

  /** @internal */
  get(
    path: readonly string[],
    scope: ProjectScope,
    query?: Readonly<Record<string, string>>,
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    const call: Call = { method: "GET", path, query: { ...query, ...scopeQuery(scope) } };
    return ifOffered(this.#transport.read(call, (body) => body));
  }

  /**
   * Keeps what an eval found with a job. Does nothing where the backend has no
   * place for it.
   *
   * @internal
   */
  addEval(jobId: string, scope: ProjectScope, result: JobEval): Promise<void> {
    const call: Call = { method: "POST", path: ["v1", "jobs", jobId, "evals"], query: scopeQuery(scope), json: result };
    return ifOffered(this.#transport.run(call));
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

  /** Returns all endpoints of a project. */
  listDeployments(scope: DeploymentScope): Promise<{ deployments: DeploymentDto[] }> {
    return this.#transport.read(
      { method: "GET", path: endpoints(), query: scopeQuery(scope) },
      (body) => ({ deployments: parseDeployments(body["deployments"]) }),
    );
  }

  /** Returns one endpoint; one that is not in the project is a CloudApiError of status 404. */
  getDeployment(id: string, scope: DeploymentScope): Promise<{ deployment: DeploymentDto }> {
    return this.#transport.read(
      { method: "GET", path: endpoints(id), query: scopeQuery(scope) },
      (body) => ({ deployment: parseDeployment(body["deployment"]) }),
    );
  }

  /** Publishes an adapter or a base model. A slug that is taken is a CloudApiError of status 409. */
  createDeployment(
    scope: DeploymentScope,
    input: CreateDeploymentInput,
  ): Promise<{ deployment: DeploymentDto }> {
    return this.#transport.read(
      { method: "POST", path: endpoints(), query: scopeQuery(scope), json: input },
      (body) => ({ deployment: parseDeployment(body["deployment"]) }),
    );
  }

  /** Changes what `input` names. Keys outlive a change of `authMode`. */
  updateDeployment(
    id: string,
    scope: DeploymentScope,
    input: UpdateDeploymentInput,
  ): Promise<{ deployment: DeploymentDto }> {
    return this.#transport.read(
      { method: "PATCH", path: endpoints(id), query: scopeQuery(scope), json: input },
      (body) => ({ deployment: parseDeployment(body["deployment"]) }),
    );
  }

  /** Deletes an endpoint and its keys. */
  deleteDeployment(id: string, scope: DeploymentScope): Promise<void> {
    return this.#transport.run({ method: "DELETE", path: endpoints(id), query: scopeQuery(scope) });
  }

  /** Returns the keys of an endpoint, revoked ones included, without their plaintext. */
  listDeploymentKeys(id: string, scope: DeploymentScope): Promise<{ keys: DeploymentKeyDto[] }> {
    return this.#transport.read(
      { method: "GET", path: endpoints(id, "keys"), query: scopeQuery(scope) },
      (body) => ({ keys: parseDeploymentKeys(body["keys"]) }),
    );
  }

  /** Makes a key. This answer is the only place where its plaintext ever shows. */
  createDeploymentKey(
    id: string,
    scope: DeploymentScope,
    input: CreateDeploymentKeyInput,
  ): Promise<{ key: CreateDeploymentKeyResult }> {
    return this.#transport.read(
      { method: "POST", path: endpoints(id, "keys"), query: scopeQuery(scope), json: input },
      (body) => ({ key: parseNewDeploymentKey(body["key"]) }),
    );
  }

  /** Revokes a key, which stays listed. Its effect on the public side may lag behind. */
  revokeDeploymentKey(id: string, keyId: string, scope: DeploymentScope): Promise<void> {
    return this.#transport.run({
      method: "DELETE",
      path: endpoints(id, "keys", keyId),
      query: scopeQuery(scope),
    });
  }

  /** Returns what the backend trains, or undefined when it does not publish that. */
  listModels(): Promise<ModelList | undefined> {
    return ifOffered(this.#transport.read({ method: "GET", path: ["v1", "models"] }, parseModels));
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

function endpoints(...rest: readonly string[]): readonly string[] {
  return ["v1", "endpoints", ...rest];
}

/** Callers may hand in objects with more fields, such as a whole project state. */
function scopeQuery(scope: ProjectScope): Record<string, string> {
  return { orgSlug: scope.orgSlug, projectSlug: scope.projectSlug };
}
