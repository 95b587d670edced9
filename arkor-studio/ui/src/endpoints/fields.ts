/** What the forms of an endpoint hold, and what is wrong with it. */

import type { Fields } from "../net/shapes.ts";

const pattern = /^[a-z0-9][a-z0-9-]*[a-z0-9]$/;

/** What keeps a slug from being used; "" for nothing that is known here. */
export function slugProblem(slug: string, taken: readonly string[]): string {
  if (slug.length < 2 || slug.length > 50) return "2 to 50 characters";
  if (!pattern.test(slug)) return "Letters a to z, digits and dashes, with no dash at either end";
  return taken.includes(slug) ? "This project has an endpoint of that name" : "";
}

export interface Retention {
  readonly mode: string;
  readonly days: string;
}

export const usualRetention: Retention = { mode: "days", days: "7" };

export const retentionNames: Readonly<Record<string, string>> = { days: "For some days", unlimited: "For ever", disabled: "Not at all" };

/** The fields of a request; null where the days are none. */
export function retentionFields({ mode, days }: Retention): Fields | null {
  if (mode !== "days") return { runRetentionMode: mode };
  return /^[1-9]\d{0,5}$/.test(days.trim()) ? { runRetentionMode: mode, runRetentionDays: Number(days) } : null;
}

/** How long a label may be, once it is trimmed. */
export function labelFits(label: string): boolean {
  const length = [...label.trim()].length;
  return length >= 1 && length <= 80;
}

const looks = 6;

/**
 * Looks for a slug in the list, because a create request that was called off may
 * have been carried out. An error ends the search: nothing more can be learnt.
 */
export async function lookForSlug(slug: string, list: () => Promise<readonly string[]>, pause: () => Promise<void>): Promise<boolean> {
  for (let look = 0; look < looks; look++) {
    await pause();
    try {
      if ((await list()).includes(slug)) return true;
    } catch {
      return false;
    }
  }
  return false;
}
