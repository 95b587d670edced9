// Makes a dry run of a trainer that was not written as one.

import { say } from "./errors.mjs";

const override = Symbol.for("arkor.trainer.override");

/** Tells a trainer that has not been started. Returns why that cannot be, or null. */
export function makeDryRun(request, trainer) {
  const code = "no_dry_run";
  if (typeof trainer[override] !== "function") {
    return {
      message: "this trainer cannot be made a dry run: it was not made by createTrainer of this version of the package arkor",
      hint: `write dryRun: true into the trainer, or upgrade the package: \`${request.upgrade}\``,
      code,
    };
  }
  if (trainer[override]({ dryRun: true }) === false) {
    return {
      message: "the trainer was started while it was being loaded, too early to make a dry run of it",
      hint: "leave the call of start() to `arkor start`",
      code,
    };
  }
  say(request, "dry run: a few steps on a small sample");
  return null;
}
