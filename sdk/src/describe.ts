import { relative, sep } from "node:path";
import { isLocal, pathOf } from "./dataset-samples.ts";
import type { OpenJobConfig } from "./job.ts";
import type { DatasetSource, TrainerCallbacks, TrainerInput } from "./trainer-input.ts";

/** What a trainer would do, for pages that show it before it does. Holds no secret. */
export interface TrainerDescription {
  readonly model: string;
  /** How people call the data, null when there is none. */
  readonly dataset: string | null;
  readonly evalDataset: string | null;
  /** The data files of this machine, relative to the project, with slashes. */
  readonly files: readonly string[];
  readonly config: OpenJobConfig;
  readonly maxSteps: number | null;
  readonly numTrainEpochs: number | null;
  readonly dryRun: boolean;
  /** Names of those that are defined. */
  readonly callbacks: readonly string[];
}

const callbackNames = [
  "onStarted",
  "onLog",
  "onCheckpoint",
  "onCompleted",
  "onFailed",
  "onCancelled",
] as const satisfies readonly (keyof TrainerCallbacks)[];

/** Says what is known of a trainer without reading anything. */
export function describe(input: TrainerInput, config: OpenJobConfig, cwd: string): TrainerDescription {
  const { dataset, callbacks } = input;
  const held = input.evalDataset ?? evalFile(dataset);
  const { webhook: _, ...shown } = config; // its secret, and often its address too, is for the backend alone
  return {
    model: config.model,
    dataset: labelOf(dataset, cwd),
    evalDataset: labelOf(held, cwd),
    files: [dataset, held].flatMap((source) => (source?.type === "file" ? [fileOf(source.path, cwd)] : [])),
    config: shown,
    maxSteps: config.maxSteps ?? null,
    numTrainEpochs: config.numTrainEpochs ?? null,
    dryRun: config.dryRun === true,
    callbacks: callbackNames.filter((name) => typeof callbacks?.[name] === "function"),
  };
}

function evalFile(dataset: DatasetSource | undefined): DatasetSource | undefined {
  if (dataset?.type !== "file" || dataset.evalPath === undefined) return undefined;
  return { type: "file", path: dataset.evalPath };
}

function labelOf(source: DatasetSource | undefined, cwd: string): string | null {
  if (source?.type === undefined) return null;
  const part = isLocal(source) && source.parts !== undefined ? " (a part)" : "";
  switch (source.type) {
    case "file":
      return fileOf(source.path, cwd) + part;
    case "rows":
      return `${source.rows.length} ${source.rows.length === 1 ? "row" : "rows"}${part}`;
    case "blob":
      return addressOf(source.url);
    case "huggingface": {
      const parts = [source.subset, source.split].filter((name) => name !== undefined && name !== "");
      return parts.length > 0 ? `${source.name} (${parts.join("/")})` : source.name;
    }
  }
}

function fileOf(path: string, cwd: string): string {
  return relative(cwd, pathOf(path, cwd)).split(sep).join("/");
}

/** An address without what may be a secret: a password, a signature in the query. */
function addressOf(url: string): string {
  if (!URL.canParse(url)) return "a URL";
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
