/** Chooses the points that a line needs to look like all of them. */

export type Values = readonly (number | null)[];

/**
 * The positions to draw of xs, from the one at first up to the one before end.
 * For each of so many stretches of x and each line: its first, last, lowest and
 * highest point. xs rises.
 */
export function thin(xs: readonly number[], lines: readonly Values[], first: number, end: number, stretches: number): number[] {
  if (end - first <= stretches * 4) return Array.from({ length: Math.max(end - first, 0) }, (_, i) => first + i);
  const start = xs[first] ?? 0;
  const span = (xs[end - 1] ?? 0) - start || 1;
  const chosen = new Uint8Array(end - first);
  for (const line of lines) {
    let low = -1;
    let high = -1;
    let last = -1;
    let stretch = -1;
    const close = (): void => {
      for (const at of [low, high, last]) if (at >= 0) chosen[at - first] = 1;
      low = high = last = -1;
    };
    for (let at = first; at < end; at++) {
      const value = line[at];
      if (value === null || value === undefined) continue;
      const now = Math.floor((((xs[at] ?? 0) - start) / span) * stretches);
      if (now !== stretch) {
        close();
        stretch = now;
        chosen[at - first] = 1;
      }
      if (low < 0 || value < (line[low] ?? 0)) low = at;
      if (high < 0 || value > (line[high] ?? 0)) high = at;
      last = at;
    }
    close();
  }
  const kept: number[] = [];
  for (let i = 0; i < chosen.length; i++) if (chosen[i] === 1) kept.push(first + i);
  return kept;
}

/** The first position whose x is not less; xs rises. */
export function positionOf(xs: readonly number[], x: number): number {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
