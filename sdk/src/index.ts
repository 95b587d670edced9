/**
 * The trainer API and the HTTP client of Arkor. Nothing runs when this module
 * is imported.
 *
 * @module
 */

export { createArkor, isArkor } from "./manifest.ts";
export type { Arkor, ArkorInput } from "./manifest.ts";

export { createTrainer } from "./trainer.ts";
export type { Trainer } from "./trainer.ts";
export type { TrainerEvent } from "./trainer-events.ts";
export { defineDataset } from "./dataset.ts";
export type { Dataset, DatasetOptions } from "./dataset.ts";
export { defineEval } from "./eval.ts";
export type { AskArgs, Eval, EvalContext, EvalResult, Score } from "./eval.ts";
export type { JsonSchema } from "./json-schema.ts";
export type {
  BlobDatasetSource,
  CheckpointContext,
  DatasetFormat,
  DatasetSource,
  FileDatasetSource,
  HuggingfaceDatasetSource,
  LoraConfig,
  RowsDatasetSource,
  TrainerCallbacks,
  TrainerInput,
  TrainingLogContext,
} from "./trainer-input.ts";
export type {
  JobConfig,
  JobStatus,
  TrainingJob,
  TrainingResult,
  UploadedDatasetSource,
} from "./job.ts";

export { runTrainer } from "./run-trainer.ts";

export { SUPPORTED_MODELS } from "./models.ts";
export type { ArkorModels, ModelInfo, ModelList, SupportedModel } from "./models.ts";

export { readInferStream } from "./infer-stream.ts";
export type {
  ChatAdapter,
  ChatBody,
  ChatMessage,
  InferArgs,
  ResponseFormat,
  StructuredOutputs,
  ToolCall,
  ToolChoice,
  ToolDefinition,
} from "./chat.ts";

export { CloudApiClient } from "./client.ts";
export type { CloudApiClientOptions } from "./client.ts";
export type { DatasetUpload } from "./dataset-file.ts";
export type { PreviewAnswer, PreviewProblem, RunPreview } from "./preview.ts";
export type { ProjectDto, ProjectScope } from "./projects.ts";
export type {
  CreateDeploymentInput,
  CreateDeploymentKeyInput,
  CreateDeploymentKeyResult,
  DeploymentAuthMode,
  DeploymentDto,
  DeploymentKeyDto,
  DeploymentRunRetentionMode,
  DeploymentScope,
  DeploymentTarget,
  UpdateDeploymentInput,
} from "./deployments.ts";
export type { DeprecationNotice } from "./deprecation.ts";

export { requestAnonymousToken } from "./anonymous.ts";
export type { AnonymousToken } from "./anonymous.ts";
export { credentialsPath, readCredentials, writeCredentials } from "./credentials-file.ts";
export { defaultArkorCloudApiUrl, ensureCredentials } from "./ensure-credentials.ts";
export type {
  AnonymousCredentials,
  Credentials,
  OAuthCredentials,
  TokenCredentials,
} from "./credentials.ts";

export { readState, statePath, writeState } from "./state-file.ts";
export type { ArkorProjectState } from "./state-file.ts";

export {
  AnonymousTokenRejectedError,
  ArkorError,
  AuthError,
  CloudApiError,
  DatasetError,
  EntryError,
  ProjectStateMismatchError,
  ProjectStateMissingError,
  ResponseShapeError,
  StreamError,
  UnsupportedModelError,
} from "./errors.ts";
export type { AuthErrorCode, DatasetErrorCode, EntryErrorCode } from "./errors.ts";
