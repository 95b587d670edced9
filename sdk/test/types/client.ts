/** What must and must not compile of the client and the stored files. Checked by the compiler, never run. */
import {
  CloudApiClient,
  CloudApiError,
  defaultArkorCloudApiUrl,
  ensureCredentials,
  readCredentials,
  readState,
  requestAnonymousToken,
  SUPPORTED_MODELS,
  writeCredentials,
  writeState,
  type AnonymousCredentials,
  type Arkor,
  type ArkorInput,
  type ArkorProjectState,
  type BlobDatasetSource,
  type CheckpointContext,
  type CloudApiClientOptions,
  type CreateDeploymentInput,
  type CreateDeploymentKeyInput,
  type CreateDeploymentKeyResult,
  type Credentials,
  type DatasetSource,
  type DeploymentAuthMode,
  type DeploymentDto,
  type DeploymentKeyDto,
  type DeploymentRunRetentionMode,
  type DeploymentScope,
  type DeploymentTarget,
  type FileDatasetSource,
  type HuggingfaceDatasetSource,
  type InferArgs,
  type JobStatus,
  type LoraConfig,
  type OAuthCredentials,
  type ResponseFormat,
  type TokenCredentials,
  type ToolCall,
  type ToolChoice,
  type ToolDefinition,
  type TrainerCallbacks,
  type TrainingJob,
  type TrainingLogContext,
  type UpdateDeploymentInput,
} from "../../src/index.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(): T | undefined => undefined;

// Every type of the interface is there, and means something.
type Exported = [
  Arkor, ArkorInput, BlobDatasetSource, CheckpointContext, CloudApiClientOptions, DatasetSource, DeploymentDto,
  DeploymentKeyDto, FileDatasetSource, HuggingfaceDatasetSource, InferArgs, LoraConfig, ToolCall, TrainerCallbacks,
  TrainingJob, TrainingLogContext,
];
type IsAny<T> = 0 extends 1 & T ? true : false;
yes<Equal<{ [I in keyof Exported]: IsAny<Exported[I]> }[number], false>>();
yes<Equal<JobStatus, "queued" | "running" | "completed" | "failed" | "cancelled">>();

// @ts-expect-error the list is readonly
SUPPORTED_MODELS[0] = "other";
// @ts-expect-error and cannot grow
SUPPORTED_MODELS.push("other");
yes<Equal<typeof SUPPORTED_MODELS, readonly ["unsloth/gemma-4-E4B-it"]>>();

export const choices: ToolChoice[] = [
  "auto",
  "required",
  { type: "function", function: { name: "f" } },
  // @ts-expect-error no such word
  "always",
  // @ts-expect-error a function is named
  { type: "function", function: {} },
];
export const tools: ToolDefinition[] = [
  { type: "function", function: { name: "f", parameters: { type: "object" }, strict: true } },
  // @ts-expect-error a function is named
  { type: "function", function: { description: "d" } },
];
export const formats: ResponseFormat[] = [
  { type: "text" },
  { type: "json_schema", json_schema: { name: "n", schema: {} } },
  // @ts-expect-error a schema is required
  { type: "json_schema", json_schema: { name: "n" } },
  // @ts-expect-error no such format
  { type: "xml" },
];

// Endpoints.
yes<Equal<DeploymentScope, { readonly orgSlug: string; readonly projectSlug: string }>>();
yes<Equal<DeploymentAuthMode, "none" | "fixed_api_key">>();
yes<Equal<DeploymentRunRetentionMode, "unlimited" | "disabled" | "days">>();
export const targets: DeploymentTarget[] = [
  { kind: "adapter", adapter: { kind: "final", jobId: "j" } },
  { kind: "adapter", adapter: { kind: "checkpoint", jobId: "j", step: 5 } },
  { kind: "base_model", baseModel: "m" },
  // @ts-expect-error a checkpoint has a step
  { kind: "adapter", adapter: { kind: "checkpoint", jobId: "j" } },
  // @ts-expect-error a final adapter has none
  { kind: "adapter", adapter: { kind: "final", jobId: "j", step: 5 } },
  // @ts-expect-error one or the other
  { kind: "base_model", adapter: { kind: "final", jobId: "j" } },
];
const endpoint = { slug: "s1", target: { kind: "base_model", baseModel: "m" }, authMode: "none" } as const;
export const creates: CreateDeploymentInput[] = [
  endpoint,
  { ...endpoint, runRetentionMode: "unlimited" },
  { ...endpoint, runRetentionMode: "disabled" },
  { ...endpoint, runRetentionMode: "days", runRetentionDays: 7 },
  // @ts-expect-error days without a number
  { ...endpoint, runRetentionMode: "days" },
  // @ts-expect-error a number without days
  { ...endpoint, runRetentionDays: 7 },
  // @ts-expect-error for ever is not a number of days
  { ...endpoint, runRetentionMode: "unlimited", runRetentionDays: 7 },
  // @ts-expect-error nothing is not a number of days
  { ...endpoint, runRetentionMode: "disabled", runRetentionDays: 7 },
  // @ts-expect-error no such mode
  { ...endpoint, runRetentionMode: "weeks" },
  // @ts-expect-error who may call is required
  { slug: "s1", target: endpoint.target },
  // @ts-expect-error no such way
  { ...endpoint, authMode: "basic" },
];
export const updates: UpdateDeploymentInput[] = [
  {},
  { enabled: false },
  { target: endpoint.target, runRetentionMode: "days", runRetentionDays: 1 },
  // @ts-expect-error the slug cannot change
  { slug: "s2" },
  // @ts-expect-error days without a number
  { runRetentionMode: "days" },
  // @ts-expect-error a number without days
  { runRetentionDays: 7 },
];

export async function client(token: TokenCredentials, scope: DeploymentScope): Promise<void> {
  const api = new CloudApiClient({ baseUrl: "http://x", credentials: token });
  const input: CreateDeploymentKeyInput = { label: "production" };
  const made = await api.createDeployment(scope, endpoint);
  yes<Equal<typeof made, { deployment: DeploymentDto }>>();
  const { id } = (await api.updateDeployment(made.deployment.id, scope, { enabled: true })).deployment;
  const { key } = await api.createDeploymentKey(id, scope, input);
  yes<Equal<typeof key, CreateDeploymentKeyResult>>();
  const { keys } = await api.listDeploymentKeys(id, scope);
  // @ts-expect-error the plaintext is not in the list
  keys[0]?.plaintext;
  await api.revokeDeploymentKey(id, key.id, scope);
  await api.deleteDeployment(id, scope);
  // @ts-expect-error the scope comes first
  await api.createDeployment(endpoint, scope);
  // @ts-expect-error the input comes last
  await api.updateDeployment(id, { enabled: true }, scope);
  // @ts-expect-error credentials are required
  new CloudApiClient({ baseUrl: "http://x" });
  new CloudApiError(404, "gone").status.toFixed();
}

export async function files(): Promise<void> {
  const stored = await readCredentials();
  yes<Equal<typeof stored, Credentials | null>>();
  if (stored?.mode === "anon") yes<Equal<typeof stored, AnonymousCredentials>>();
  if (stored?.mode === "oauth") yes<Equal<typeof stored, OAuthCredentials>>();
  await writeCredentials(await ensureCredentials());
  // @ts-expect-error what is stored has a mode
  await writeCredentials({ token: "t" });
  yes<Equal<ReturnType<typeof defaultArkorCloudApiUrl>, string>>();
  defaultArkorCloudApiUrl(stored);
  const { orgSlug, kind } = await requestAnonymousToken("http://x", "web");
  yes<Equal<typeof kind, "cli" | "web">>();
  const state = await readState();
  yes<Equal<typeof state, ArkorProjectState | null>>();
  await writeState({ orgSlug, projectSlug: "p", projectId: "p1" });
  // @ts-expect-error a state is complete
  await writeState({ orgSlug });
}
