/** What a series of values says as a whole. */

export interface Statistics {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
  readonly deviation: number;
  /** Half the width of the interval that holds the mean with 95 %. */
  readonly interval: number;
  readonly p90: number;
  readonly p95: number;
}

/** null without values. */
export function statisticsOf(values: readonly (number | null)[]): Statistics | null {
  const present = values.filter((value) => value !== null);
  const n = present.length;
  if (n === 0) return null;
  const mean = present.reduce((sum, value) => sum + value, 0) / n;
  const variance = n === 1 ? 0 : present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const deviation = Math.sqrt(variance);
  const sorted = present.toSorted((a, b) => a - b);
  return {
    n,
    mean,
    variance,
    deviation,
    interval: n === 1 ? 0 : (quantiles[n - 2] ?? 1.96) * (deviation / Math.sqrt(n)),
    p90: percentile(sorted, 0.9),
    p95: percentile(sorted, 0.95),
  };
}

/** Between the two neighbours, where it falls between values. */
function percentile(sorted: readonly number[], part: number): number {
  const at = (sorted.length - 1) * part;
  const low = sorted[Math.floor(at)] ?? NaN;
  const high = sorted[Math.ceil(at)] ?? NaN;
  return low + (high - low) * (at - Math.floor(at));
}

/** Of Student's t at 97.5 %, for 1 to 30 degrees of freedom. */
const quantiles = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
  2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];
