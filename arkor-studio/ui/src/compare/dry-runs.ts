import type { Compared } from "./use-compared.ts";

/** The runs without those that trained on a few samples only; all of them where nothing else would be left. */
export function withoutDryRuns<T extends Pick<Compared, "job">>(runs: readonly T[]): readonly T[] {
  const whole = runs.filter(({ job }) => job?.config["dryRun"] !== true);
  return whole.length > 0 ? whole : runs;
}
