// Hands the evals of a project's manifest to its trainer, which runs them.

import { say } from "./errors.mjs";

const attach = Symbol.for("arkor.trainer.attach");

/** Tells the trainer that a project is run, and which evals belong to it. */
export function attachEvals(request, trainer, module) {
  const evals = findEvals(module);
  if (typeof trainer[attach] === "function") trainer[attach]({ evals });
  else if (evals.length > 0) {
    say(request, "warning: the evals are left out: this trainer is not one that createTrainer of this release makes");
  }
}

/** Returns the evals of the first manifest that has some. */
export function findEvals(module) {
  const manifest = [module.arkor, module.default].find((value) => value?._kind === "arkor" && value.eval !== undefined);
  return manifest === undefined ? [] : [manifest.eval].flat();
}
