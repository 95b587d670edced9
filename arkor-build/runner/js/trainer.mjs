// Which of a module's exports is the trainer.

/** What to say of a module that exports none. */
export const noTrainer = {
  message:
    "Training entry must export `arkor` (from createArkor({...})) or `trainer` (from createTrainer({...})), or default-export one of them.",
  hint: "see src/arkor/index.ts of a new project: `arkor init`",
  code: "no_trainer",
};

/** Returns the trainer that a module exports, or null. */
export function findTrainer(module) {
  return (
    manifestOrTrainer(module.arkor) ??
    trainer(module.trainer) ??
    manifestOrTrainer(module.default) ??
    (isObject(module.default) ? trainer(module.default.trainer) : null)
  );
}

function manifestOrTrainer(value) {
  return (isObject(value) && value._kind === "arkor" ? trainer(value.trainer) : null) ?? trainer(value);
}

// By shape, never by class: the package that made it is the project's own copy.
function trainer(value) {
  const methods = ["start", "wait", "cancel"];
  return isObject(value) && methods.every((name) => typeof value[name] === "function") ? value : null;
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}
