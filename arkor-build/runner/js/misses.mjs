// What to say of an eval that did not reach its threshold.

import { oneLine } from "./text.mjs";

/** Says in one line why the result of an eval misses its threshold. */
export function describeMiss({ name, count, failed, mean, threshold }) {
  const what = `${oneLine(String(name))}: `;
  if (failed > 0) return `${what}${failed} of ${count} samples failed, so the threshold ${threshold} is missed`;
  return `${what}the mean ${below(mean, threshold)} is below the threshold ${threshold}`;
}

// As many places as it takes to show that the one is less than the other.
function below(mean, threshold) {
  for (let places = 4; places < 15; places++) {
    const text = String(Number(mean.toFixed(places)));
    if (Number(text) < threshold) return text;
  }
  return String(mean);
}
