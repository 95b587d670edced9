/** Which rows of a long list are in sight. */

export interface Sight {
  readonly first: number;
  /** The row behind the last one. */
  readonly end: number;
}

/** Rows of the same height, of which some more than those in sight are drawn. */
export function rowsInSight(scrollTop: number, height: number, rowHeight: number, count: number, more = 8): Sight {
  const first = Math.min(Math.max(Math.floor(scrollTop / rowHeight) - more, 0), count);
  const end = Math.max(Math.min(Math.ceil((scrollTop + height) / rowHeight) + more, count), first);
  return { first, end };
}
