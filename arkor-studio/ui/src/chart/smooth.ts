import type { Values } from "./thin.ts";

/**
 * The exponential average of values: weight 0 changes nothing, near 1 little is
 * left of a single value. The beginning is not drawn towards zero.
 */
export function smooth(values: Values, weight: number): (number | null)[] {
  let sum = 0;
  let total = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = sum * weight + value * (1 - weight);
    total = total * weight + (1 - weight);
    return sum / total;
  });
}
