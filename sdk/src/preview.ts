import type { CloudApiClient } from "./client.ts";
import type { CheckedDataset } from "./dataset-file.ts";
import { DatasetError } from "./errors.ts";
import type { JobConfig } from "./job.ts";
import { asRecord, asString, numberOrNull } from "./json.ts";
import type { ProjectScope } from "./projects.ts";
import { ShapeProblem } from "./shape.ts";

/** Why a run is refused, or what its owner should know. */
export interface PreviewProblem {
  /** A machine word, such as `all_masked` or `held_out_leak`. The set is open. */
  readonly code: string;
  /** `train`, `heldOut`, or "" when it is about no sample. */
  readonly set: string;
  readonly file: string;
  /** 0 when the sample is of no file. */
  readonly line: number;
  readonly message: string;
  readonly hint: string;
}

/** What a backend says of a run before there is a job. Other fields come as the backend sent them. */
export interface RunPreview {
  /** A job created all the same would fail with the first of them. */
  readonly refusals: readonly PreviewProblem[];
  readonly warnings: readonly PreviewProblem[];
  readonly [field: string]: unknown;
}

/** The preview, or why there is none. */
export type PreviewAnswer =
  | { readonly preview: RunPreview; readonly unavailable?: undefined }
  | { readonly preview?: undefined; readonly unavailable: string };

/** Reads the answer of `POST /v1/preview`. */
export function parsePreview(body: Readonly<Record<string, unknown>>): PreviewAnswer {
  if (body["preview"] === null) {
    return { unavailable: asString(body["unavailable"]) ?? "the backend gives no reason" };
  }
  const preview = asRecord(body["preview"]);
  if (preview === undefined) throw new ShapeProblem("preview", "is not an object");
  const problems = (key: "refusals" | "warnings"): PreviewProblem[] => {
    const list = preview[key];
    if (!Array.isArray(list)) throw new ShapeProblem(`preview.${key}`, "is not a list");
    return list.map((value, index) => parseProblem(value, `preview.${key}[${index}]`));
  };
  return { preview: { ...preview, refusals: problems("refusals"), warnings: problems("warnings") } };
}

function parseProblem(value: unknown, where: string): PreviewProblem {
  const problem = asRecord(value);
  const message = asString(problem?.["message"]);
  if (message === undefined) throw new ShapeProblem(`${where}.message`, "is not a string");
  return {
    code: asString(problem?.["code"]) ?? "",
    set: asString(problem?.["set"]) ?? "",
    file: asString(problem?.["file"]) ?? "",
    line: numberOrNull(problem?.["line"]) ?? 0,
    message,
    hint: asString(problem?.["hint"]) ?? "",
  };
}

/** Asks the backend. Files are called what the trainer calls them. */
export async function askForPreview(
  client: CloudApiClient,
  scope: ProjectScope,
  config: JobConfig,
  files: CheckedDataset | undefined,
  signal: AbortSignal | undefined,
): Promise<PreviewAnswer> {
  const answer = await client.previewJob({ ...scope, config }, { signal });
  if (answer === undefined) return { unavailable: "this backend makes no previews" };
  if (answer.preview === undefined || files === undefined) return answer;
  return { preview: rename(answer.preview, files) };
}

/** The backend knows base names only: no path leaves this machine. */
function rename(preview: RunPreview, { train, held }: CheckedDataset): RunPreview {
  const names: Readonly<Record<string, string>> = { train: train.name, heldOut: (held ?? train).name };
  const named = <T>(value: T, set: unknown): T => {
    const name = typeof set === "string" && Object.hasOwn(names, set) ? names[set] : undefined;
    return name === undefined || asRecord(value) === undefined ? value : { ...value, file: name };
  };
  const all = <T>(list: readonly T[]): T[] => list.map((value) => named(value, asRecord(value)?.["set"]));
  const { samples } = preview;
  return {
    ...preview,
    refusals: all(preview.refusals),
    warnings: all(preview.warnings),
    train: named(preview["train"], "train"),
    heldOut: named(preview["heldOut"], "heldOut"),
    ...(Array.isArray(samples) ? { samples: all(samples) } : {}),
  };
}

/** The error of a run that is refused. */
export function refusal({ file, line, message, hint }: PreviewProblem): DatasetError {
  const place = file === "" ? "" : `${file}${line > 0 ? `:${line}` : ""}: `;
  return new DatasetError("dataset_refused", `${place}${message}`, { hint: hint || undefined });
}
