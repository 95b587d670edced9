import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import {
  badLine,
  checkReadable,
  formatOf,
  isLocal,
  nameOf,
  noSamples,
  pathOf,
  readSamples,
  unreadable,
  type LocalDatasetSource,
} from "./dataset-samples.ts";
import { DatasetError } from "./errors.ts";
import { LineChecker } from "./jsonl-check.ts";
import type { DatasetFormat, DatasetSource, TrainerInput } from "./trainer-input.ts";

const contentTypes: Readonly<Record<DatasetFormat, string>> = {
  jsonl: "application/x-ndjson",
  json: "application/json",
  csv: "text/csv",
  parquet: "application/vnd.apache.parquet",
};

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

/** A file whose hash is known and whose lines, if it has any, are sound. */
export interface CheckedFile {
  /** As the user wrote it, for messages. */
  readonly name: string;
  readonly upload: DatasetUpload;
}

/** The files of a data set. */
export interface CheckedDataset {
  readonly train: CheckedFile;
  readonly held: CheckedFile | undefined;
}

/**
 * Reads the data sets of a trainer once, hashing and checking them. Resolves
 * with undefined when the backend fetches them itself. Throws DatasetError.
 */
export async function checkDatasets(
  input: Pick<TrainerInput, "dataset" | "evalDataset">,
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<CheckedDataset | undefined> {
  const { dataset, evalDataset } = input;
  const heldOut = heldOutOf(dataset, evalDataset);
  if (!isLocal(dataset)) return undefined;
  const train = await checkContent(await contentOf(dataset, cwd), signal);
  if (heldOut === undefined) return { train, held: undefined };
  return { train, held: await checkContent(await contentOf(heldOut, cwd), signal) };
}

function heldOutOf(
  dataset: DatasetSource,
  evalDataset: DatasetSource | undefined,
): LocalDatasetSource | undefined {
  const evalPath = dataset.type === "file" ? dataset.evalPath : undefined;
  if (evalDataset === undefined) {
    if (dataset.type !== "file" || evalPath === undefined) return undefined;
    return { type: "file", path: evalPath, format: dataset.format };
  }
  if (evalPath !== undefined) {
    throw new DatasetError("dataset_invalid", "The trainer has held-out samples twice: evalPath and evalDataset.", {
      hint: "drop one of them",
    });
  }
  if (isLocal(dataset) && isLocal(evalDataset)) return evalDataset;
  const type = isLocal(dataset) ? evalDataset.type : dataset.type;
  throw new DatasetError("dataset_not_local", `Held-out samples cannot go with a ${type} dataset.`, {
    hint: 'both have to be files or rows of this machine: { type: "file", path: "data/heldout.jsonl" }',
  });
}

/** Bytes that can be read more than once. */
interface Content {
  readonly name: string;
  readonly filename: string;
  readonly format: DatasetFormat;
  /** How many they must be; undefined when only reading them tells. */
  readonly size: number | undefined;
  readonly noSamples: () => DatasetError;
  readonly read: (signal?: AbortSignal) => AsyncIterable<Uint8Array>;
}

async function contentOf(source: LocalDatasetSource, cwd: string): Promise<Content> {
  const name = nameOf(source);
  const common = { name, noSamples: () => noSamples(source) };
  if (source.type === "rows" || source.parts !== undefined) {
    checkReadable(source, cwd);
    const filename = `${basename(name, extname(name))}.jsonl`;
    const read = (signal?: AbortSignal) => toBytes(readSamples(source, cwd, signal));
    return { ...common, filename, format: "jsonl", size: undefined, read };
  }
  const path = pathOf(name, cwd);
  const format = source.format ?? formatOf(path);
  if (format === undefined || !Object.hasOwn(contentTypes, format)) {
    const what = source.format ?? (extname(path) || "no extension");
    throw new DatasetError("dataset_invalid", `Dataset ${name}: unknown format (${what}).`, {
      hint: `name one with \`format\`: ${Object.keys(contentTypes).join(", ")}`,
    });
  }
  const size = await sizeOf(path, name, cwd);
  const read = (signal?: AbortSignal) => createReadStream(path, { signal });
  return { ...common, filename: basename(path), format, size, read };
}

async function checkContent(content: Content, signal: AbortSignal | undefined): Promise<CheckedFile> {
  const { name, filename, format } = content;
  const checker = format === "jsonl" ? new LineChecker() : undefined;
  const hash = createHash("sha256");
  let size = 0;
  try {
    for await (const bytes of content.read(signal)) {
      hash.update(bytes);
      size += bytes.length;
      if (checker?.push(bytes) !== undefined) break;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause instanceof DatasetError ? cause : unreadable(name, cause);
  }
  const problem = checker?.end();
  if (problem !== undefined) throw badLine(name, problem);
  if (checker?.samples === 0) throw content.noSamples();
  if (content.size !== undefined && size !== content.size) throw changed(name);
  const sha256 = hash.digest("hex");
  const open = (): ReadableStream<Uint8Array> => toStream(sameBytes(content, size, sha256));
  return { name, upload: { size, sha256, filename, contentType: contentTypes[format], open } };
}

const chunkBytes = 64 * 1024;

async function* toBytes(lines: AsyncIterable<{ readonly text: string }>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let chunk = "";
  for await (const { text } of lines) {
    chunk += `${text}\n`;
    if (chunk.length < chunkBytes) continue;
    yield encoder.encode(chunk);
    chunk = "";
  }
  if (chunk !== "") yield encoder.encode(chunk);
}

async function sizeOf(path: string, name: string, cwd: string): Promise<number> {
  let stats: Stats;
  try {
    stats = await stat(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw unreadable(name, cause);
    throw new DatasetError("dataset_not_found", `Dataset ${name} does not exist.`, {
      hint: `paths are relative to the project, ${cwd}`,
    });
  }
  if (!stats.isFile()) {
    throw new DatasetError("dataset_invalid", `Dataset ${name} is not a file.`);
  }
  if (stats.size === 0) throw new DatasetError("dataset_invalid", `Dataset ${name} is empty.`);
  return stats.size;
}

/**
 * Yields the bytes of a data set. The last of them come only when the whole is
 * what was hashed before, so that the backend never gets to see another whole.
 */
async function* sameBytes(content: Content, size: number, sha256: string): AsyncGenerator<Uint8Array> {
  const { name } = content;
  const hash = createHash("sha256");
  let total = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of content.read()) {
    if (held !== undefined) yield held;
    held = chunk;
    hash.update(held);
    total += held.length;
    if (total > size) throw changed(name);
  }
  if (total !== size || hash.digest("hex") !== sha256) throw changed(name);
  if (held !== undefined) yield held;
}

/** The error for a file that is no longer the one that was checked. */
export function changed(name: string): DatasetError {
  return new DatasetError("dataset_changed", `Dataset ${name} changed while it was being uploaded.`, {
    hint: "start again when nothing writes to it any more",
  });
}

function toStream(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}
