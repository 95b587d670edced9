import type { CloudApiClient } from "./client.ts";
import { changed, type CheckedDataset, type CheckedFile } from "./dataset-file.ts";
import { ArkorError, CloudApiError, DatasetError } from "./errors.ts";
import type { UploadedDatasetSource } from "./job.ts";
import type { ModelList } from "./models.ts";
import { isNotOffered } from "./offered.ts";
import type { ProjectScope } from "./projects.ts";

/**
 * Sees to it that the backend has the files of a data set, sending what it
 * lacks. Resolves with what the job names them by.
 */
export async function uploadDataset(
  dataset: CheckedDataset,
  client: CloudApiClient,
  scope: ProjectScope,
  offer: ModelList | undefined,
  signal: AbortSignal | undefined,
): Promise<UploadedDatasetSource> {
  const { train, held } = dataset;
  const files = held === undefined ? [train] : [train, held];
  if (offer?.datasetTypes !== undefined && !offer.datasetTypes.includes("file")) {
    throw uploadUnsupported(train.name);
  }
  const limit = offer?.limits.maxDatasetBytes ?? Number.POSITIVE_INFINITY;
  for (const { name, upload } of files) {
    if (upload.size > limit) throw tooLarge(name, `it has ${upload.size} bytes, the limit is ${limit}`);
  }
  const datasetId = await ensure(train, client, scope, signal);
  if (held === undefined) return { type: "file", datasetId };
  return { type: "file", datasetId, evalDatasetId: await ensure(held, client, scope, signal) };
}

async function ensure(
  file: CheckedFile,
  client: CloudApiClient,
  scope: ProjectScope,
  signal: AbortSignal | undefined,
): Promise<string> {
  const id = `sha256:${file.upload.sha256}`;
  if (await client.hasDataset(id, scope, { signal })) return id;
  for (let repeated = false; ; repeated = true) {
    try {
      return (await client.uploadDataset(file.upload, scope, { signal })).datasetId;
    } catch (error) {
      if (signal?.aborted) throw error;
      const reason = datasetErrorIn(error);
      if (reason !== undefined) throw reason;
      if (error instanceof CloudApiError) throw explain(error, file.name);
      if (error instanceof ArkorError || repeated) throw error;
    }
  }
}

/** What fetch rejects with when the body fails has the reason among its causes. */
function datasetErrorIn(error: unknown): DatasetError | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof DatasetError) return at;
  }
  return undefined;
}

function explain(error: CloudApiError, name: string): Error {
  if (isNotOffered(error)) return uploadUnsupported(name);
  if (error.code === "digest_mismatch") return changed(name);
  if (error.status === 413) return tooLarge(name, error.message);
  return error;
}

function tooLarge(name: string, why: string): DatasetError {
  return new DatasetError("dataset_too_large", `Dataset ${name} is too large for this backend: ${why}.`);
}

function uploadUnsupported(name: string): DatasetError {
  return new DatasetError(
    "dataset_upload_unsupported",
    `Dataset ${name} cannot be uploaded: this backend takes no files.`,
    { hint: 'use a dataset of type "blob" (an https address) or "huggingface" (a name), or the local backend' },
  );
}
