import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { inPart } from "./dataset-split.ts";
import { DatasetError } from "./errors.ts";
import { asRecord } from "./json.ts";
import { LineChecker, type Line, type LineProblem } from "./jsonl-check.ts";
import type { DatasetFormat, DatasetSource, FileDatasetSource, RowsDatasetSource } from "./trainer-input.ts";

/** Data sets that are on this machine. */
export type LocalDatasetSource = FileDatasetSource | RowsDatasetSource;

export function isLocal(source: DatasetSource): source is LocalDatasetSource {
  return source.type === "file" || source.type === "rows";
}

/**
 * Yields the samples of a data set in their order, those of its part alone when
 * it comes out of a split. Throws DatasetError where it cannot be read here, at
 * the first thing that is no sample, and when there are none.
 */
export async function* readSamples(
  source: DatasetSource,
  cwd: string,
  signal?: AbortSignal,
): AsyncGenerator<Line, void> {
  checkReadable(source, cwd);
  const { parts = [] } = source;
  let found = false;
  for await (const line of readAll(source, cwd, signal)) {
    if (parts.length > 0 && !inPart(line.value, parts)) continue;
    found = true;
    yield line;
  }
  if (!found) throw noSamples(source);
}

/** Throws unless the samples of a data set can be read on this machine. */
export function checkReadable(
  source: DatasetSource,
  cwd: string,
): asserts source is LocalDatasetSource {
  const format = source.type === "file" ? (source.format ?? formatOf(pathOf(source.path, cwd))) : "jsonl";
  if (isLocal(source) && (format === "jsonl" || format === "json")) return;
  const what = source.type === "file" ? (format ?? "other") : source.type;
  throw new DatasetError("dataset_not_local", `The samples of a ${what} dataset cannot be read on this machine.`, {
    hint: "what reads them, as evals and splits do, needs a .jsonl or .json file, or rows",
  });
}

/** How messages name a data set. */
export function nameOf(source: DatasetSource): string {
  return source.type === "file" ? source.path : source.type;
}

/** The error for a line, row or element that is not a sample. */
export function badLine(name: string, problem: Pick<LineProblem, "line" | "message">): DatasetError {
  return new DatasetError("dataset_invalid", `${name}:${problem.line}: ${problem.message}`, { hint: lineHint });
}

/** The error for a data set without a single sample. */
export function noSamples(source: LocalDatasetSource): DatasetError {
  const name = nameOf(source);
  return source.parts === undefined
    ? new DatasetError("dataset_invalid", `Dataset ${name} has no samples.`, { hint: lineHint })
    : new DatasetError("dataset_invalid", `No sample of dataset ${name} is in this part of the split.`, {
        hint: "take another fraction or seed; which side a sample is on depends on the sample alone",
      });
}

const lineHint =
  'a .jsonl file holds one JSON object per line, such as {"messages":[{"role":"user","content":"..."},{"role":"assistant","content":"..."}]}';

export function pathOf(name: string, cwd: string): string {
  if (!name.startsWith("file:")) return resolve(cwd, name);
  try {
    return fileURLToPath(name);
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

export function formatOf(path: string): DatasetFormat | undefined {
  const extension = extname(path).slice(1).toLowerCase();
  if (extension === "ndjson") return "jsonl";
  return formats.find((format) => format === extension);
}

const formats = ["jsonl", "json", "csv", "parquet"] as const satisfies DatasetFormat[];

export function unreadable(name: string, cause: unknown): DatasetError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatasetError("dataset_invalid", `Dataset ${name} cannot be read: ${reason}`, { cause });
}

async function* readAll(
  source: LocalDatasetSource,
  cwd: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Line, void> {
  if (source.type === "rows") return yield* serialised("rows", source.rows);
  const { path: name, format } = source;
  const path = pathOf(name, cwd);
  try {
    if ((format ?? formatOf(path)) === "jsonl") return yield* linesOf(name, path, signal);
    const list: unknown = JSON.parse(await readFile(path, { encoding: "utf8", signal }));
    if (!Array.isArray(list)) throw new DatasetError("dataset_invalid", `Dataset ${name} is not a list of samples.`);
    yield* serialised(name, list);
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause instanceof DatasetError ? cause : unreadable(name, cause);
  }
}

async function* linesOf(
  name: string,
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Line, void> {
  let lines: Line[] = [];
  const checker = new LineChecker((line) => lines.push(line));
  let problem: LineProblem | undefined;
  for await (const chunk of createReadStream(path, { signal })) {
    problem = checker.push(chunk as Uint8Array);
    yield* lines;
    lines = [];
    if (problem !== undefined) break;
  }
  problem = checker.end();
  yield* lines;
  if (problem !== undefined) throw badLine(name, problem);
}

/** Yields values that are in memory as the lines they become. */
function* serialised(name: string, values: readonly unknown[]): Generator<Line, void> {
  for (const [index, row] of values.entries()) {
    const line = index + 1;
    let text: string | undefined;
    try {
      text = JSON.stringify(row) as string | undefined;
    } catch (error) {
      throw badLine(name, { line, message: `not JSON: ${error instanceof Error ? error.message : String(error)}` });
    }
    const value = text === undefined ? undefined : asRecord(JSON.parse(text));
    if (text === undefined || value === undefined) throw badLine(name, { line, message: "not a JSON object" });
    yield { line, text, value };
  }
}
