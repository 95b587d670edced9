import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { DatasetUpload } from "./client.ts";
import { DatasetError } from "./errors.ts";
import { LineChecker } from "./jsonl-check.ts";
import type { DatasetFormat, FileDatasetSource } from "./trainer-input.ts";

const contentTypes: Readonly<Record<DatasetFormat, string>> = {
  jsonl: "application/x-ndjson",
  json: "application/json",
  csv: "text/csv",
  parquet: "application/vnd.apache.parquet",
};

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

/** Reads the files of a data set once, hashing and checking them. Throws DatasetError. */
export async function checkDataset(
  source: FileDatasetSource,
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<CheckedDataset> {
  const train = await checkFile(source.path, source.format, cwd, signal);
  const { evalPath } = source;
  if (evalPath === undefined) return { train, held: undefined };
  return { train, held: await checkFile(evalPath, source.format, cwd, signal) };
}

async function checkFile(
  name: string,
  format: DatasetFormat | undefined,
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<CheckedFile> {
  const path = pathOf(name, cwd);
  const known = format ?? formatOf(path);
  if (known === undefined || !Object.hasOwn(contentTypes, known)) {
    const what = format ?? (extname(path) || "no extension");
    throw new DatasetError("dataset_invalid", `Dataset ${name}: unknown format (${what}).`, {
      hint: `name one with \`format\`: ${Object.keys(contentTypes).join(", ")}`,
    });
  }
  const size = await sizeOf(path, name, cwd);
  const checker = known === "jsonl" ? new LineChecker() : undefined;
  const hash = createHash("sha256");
  let read = 0;
  try {
    for await (const chunk of createReadStream(path, { signal })) {
      const bytes = chunk as Uint8Array;
      hash.update(bytes);
      read += bytes.length;
      if (checker?.push(bytes) !== undefined) break;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreadable(name, cause);
  }
  const problem = checker?.end();
  if (problem !== undefined) {
    const message = `${name}:${problem.line}: ${problem.message}`;
    throw new DatasetError("dataset_invalid", message, { hint: lineHint });
  }
  if (checker?.samples === 0) {
    throw new DatasetError("dataset_invalid", `Dataset ${name} has no samples.`, { hint: lineHint });
  }
  if (read !== size) throw changed(name);
  const sha256 = hash.digest("hex");
  const open = (): ReadableStream<Uint8Array> => toStream(sameBytes(path, name, size, sha256));
  const contentType = contentTypes[known];
  return { name, upload: { size, sha256, filename: basename(path), contentType, open } };
}

const lineHint =
  'a .jsonl file holds one JSON object per line, such as {"messages":[{"role":"user","content":"..."},{"role":"assistant","content":"..."}]}';

function pathOf(name: string, cwd: string): string {
  if (!name.startsWith("file:")) return resolve(cwd, name);
  try {
    return fileURLToPath(name);
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

function formatOf(path: string): DatasetFormat | undefined {
  const extension = extname(path).slice(1).toLowerCase();
  if (extension === "ndjson") return "jsonl";
  return Object.hasOwn(contentTypes, extension) ? (extension as DatasetFormat) : undefined;
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

function unreadable(name: string, cause: unknown): DatasetError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatasetError("dataset_invalid", `Dataset ${name} cannot be read: ${reason}`, { cause });
}

/**
 * Yields the bytes of a file. The last of them come only when the whole is what
 * was hashed before, so that the backend never gets to see another file whole.
 */
async function* sameBytes(
  path: string,
  name: string,
  size: number,
  sha256: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let total = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of createReadStream(path)) {
    if (held !== undefined) yield held;
    held = chunk as Uint8Array;
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
