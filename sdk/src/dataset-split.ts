import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";
import { DatasetError } from "./errors.ts";
import type { DatasetPart } from "./trainer-input.ts";

/**
 * Says whether a sample belongs to the part. What decides is the sample alone,
 * so it stays where it is when others come, go or change places, and equal
 * samples stay together.
 */
export function inPart(sample: object, parts: readonly DatasetPart[]): boolean {
  const text = canonicalJson(sample);
  // A split of a split draws anew, also when it is given the same seed.
  let seeds = "";
  for (const { fraction, seed, side } of parts) {
    seeds += `${seed}\n`;
    const first = position(seeds + text) < fraction;
    if (first !== (side === "first")) return false;
  }
  return true;
}

/** Where the hash of a text lies between 0 and 1: its first 48 bits, which a number holds exactly. */
function position(text: string): number {
  return createHash("sha256").update(text).digest().readUIntBE(0, 6) / 2 ** 48;
}

/** Throws for what cannot be a split. */
export function checkSplit(fraction: number, seed: number): void {
  if (!(fraction > 0 && fraction < 1)) {
    throw new DatasetError("dataset_invalid", `A split needs a fraction between 0 and 1, not ${fraction}.`);
  }
  if (!Number.isSafeInteger(seed)) {
    throw new DatasetError("dataset_invalid", `A split needs a whole number as its seed, not ${seed}.`);
  }
}
