// What a trainer is, for those who show it before it runs.

import { findEvals } from "./evals.mjs";
import { findTrainer } from "./trainer.mjs";

const describeSymbol = Symbol.for("arkor.trainer.describe");

/** Describes the trainer of a module, or returns null. One of an older package has a name only. */
export function describe(module) {
  const trainer = findTrainer(module);
  if (!trainer) return null;
  const name = String(trainer.name ?? "");
  if (typeof trainer[describeSymbol] !== "function") return { name };
  return { name, ...trainer[describeSymbol](), evals: findEvals(module).map((found) => String(found?.name ?? "")) };
}
