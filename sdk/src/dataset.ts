import process from "node:process";
import { checkReadable, nameOf, readSamples } from "./dataset-samples.ts";
import { checkSplit } from "./dataset-split.ts";
import { DatasetError } from "./errors.ts";
import type {
  BlobDatasetSource,
  DatasetPart,
  DatasetSource,
  FileDatasetSource,
  HuggingfaceDatasetSource,
  RowsDatasetSource,
} from "./trainer-input.ts";

/** A data set that knows, for the compiler, what its samples look like. */
export type Dataset<Sample extends object = object> = DatasetSource & {
  /**
   * Reads the samples in their order: of a .jsonl or .json file, or of rows.
   * Throws DatasetError for other sources, where a line is no sample, and where
   * `parse` throws, naming the line.
   */
  samples(): AsyncIterable<Sample>;
  /**
   * Returns two data sets, the first with about `fraction` of the samples.
   * Which one a sample is in is decided by a hash of the sample and the seed: it
   * stays there when others are added, and equal samples stay together. For what
   * `samples()` can read.
   */
  split(fraction: number, seed: number): readonly [first: Dataset<Sample>, second: Dataset<Sample>];
};

export interface DatasetOptions<Sample extends object> {
  /** Checks a sample as it is read here, and returns it; `line` counts from 1. */
  readonly parse?: ((value: unknown, line: number) => Sample) | undefined;
}

/**
 * Names a source and the type of its samples. The value is frozen, holds what
 * the source holds, and is used like one. Nothing is read before `samples()` or
 * the trainer's `start()`.
 */
export function defineDataset<Sample extends object>(
  source:
    | FileDatasetSource
    | RowsDatasetSource<Sample>
    | HuggingfaceDatasetSource
    | BlobDatasetSource,
  options: DatasetOptions<Sample> = {},
): Dataset<Sample> {
  const { parse } = options;
  const split = (fraction: number, seed: number): readonly [Dataset<Sample>, Dataset<Sample>] => {
    checkSplit(fraction, seed);
    checkReadable(source, process.cwd());
    if (source.type === "file" && source.evalPath !== undefined) {
      throw new DatasetError("dataset_invalid", `Dataset ${source.path} cannot be split: it names held-out samples, evalPath.`, {
        hint: "drop evalPath, or do without the split",
      });
    }
    const part = (side: DatasetPart["side"]): Dataset<Sample> =>
      defineDataset({ ...source, parts: [...(source.parts ?? []), { fraction, seed, side }] }, options);
    return [part("first"), part("second")];
  };
  async function* samples(): AsyncGenerator<Sample, void> {
    for await (const { line, value } of readSamples(source, process.cwd())) {
      const sample: unknown = source.type === "rows" ? source.rows[line - 1] : value;
      yield parse === undefined ? (sample as Sample) : parseLine(sample, line, parse, nameOf(source));
    }
  }
  // Not enumerable: what is sent or spread is the source alone.
  const dataset = Object.defineProperty({ ...source }, "samples", { value: samples });
  // A data set of the hub may have a field of this name.
  if (!("split" in source)) Object.defineProperty(dataset, "split", { value: split });
  return Object.freeze(dataset) as Dataset<Sample>;
}

function parseLine<Sample>(
  value: unknown,
  line: number,
  parse: (value: unknown, line: number) => Sample,
  name: string,
): Sample {
  try {
    return parse(value, line);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new DatasetError("dataset_invalid", `${name}:${line}: ${message}`, { cause });
  }
}
