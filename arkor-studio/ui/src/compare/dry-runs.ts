import type { Compared } from "./use-compared.ts";

/** The runs without those that trained on a few samples only; all of them where too few would be left to compare. */
export function withoutDryRuns<T extends Pick<Compared, "job">>(runs: readonly T[]): readonly T[] {
  const whole = runs.filter(({ job }) => job?.config["dryRun"] !== true);
  return whole.length > 1 ? whole : runs;
}
