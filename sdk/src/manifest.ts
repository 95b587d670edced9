import type { Eval } from "./eval.ts";
import type { Trainer } from "./trainer.ts";

/** What `createArkor` takes. */
export interface ArkorInput {
  readonly trainer?: Trainer | undefined;
  /** What to measure at every checkpoint and by `arkor eval`, one or several. */
  readonly eval?: Eval | readonly Eval[] | undefined;
}

/** A project's manifest: a value to export, not a client. */
export interface Arkor {
  readonly _kind: "arkor";
  readonly trainer?: Trainer | undefined;
  readonly eval?: Eval | readonly Eval[] | undefined;
}

/** Returns the frozen manifest of a project. The trainer itself is not frozen. */
export function createArkor(input: ArkorInput): Arkor {
  const manifest = { _kind: "arkor" as const, trainer: input.trainer };
  return Object.freeze(input.eval === undefined ? manifest : { ...manifest, eval: input.eval });
}

/** Says whether a value is a manifest, also one made by another copy of this package. */
export function isArkor(value: unknown): value is Arkor {
  return typeof value === "object" && value !== null && "_kind" in value && value._kind === "arkor";
}
