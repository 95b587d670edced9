// "arkor eval": the evals of a project, asked of several models.

import { evalProgress } from "./eval-progress.mjs";
import { drawComparison } from "./eval-table.mjs";
import { say } from "./errors.mjs";
import { findEvals } from "./evals.mjs";
import { describeMiss } from "./misses.mjs";
import { chooseModels } from "./models.mjs";
import { findTrainer, noTrainer } from "./trainer.mjs";

const evaluate = Symbol.for("arkor.trainer.evaluate");
const get = Symbol.for("arkor.trainer.get");

const concurrency = 4; // the backend answers a few together faster than one by one

const noEvals = {
  message: "the project has no evals",
  hint: "give createArkor one in src/arkor/index.ts, as below",
  code: "no_evals",
  example: `  import { createArkor, defineDataset, defineEval } from "arkor";
  const heldOut = defineDataset({ type: "file", path: "data/heldout.jsonl" });
  const valid = defineEval({
    name: "valid JSON", dataset: heldOut, limit: 50, threshold: 0.9,
    schema: { type: "object", required: ["category", "urgency"] },
  });
  export const arkor = createArkor({ trainer, eval: valid });`,
};

/** Work for runCommand. */
export async function compare({ request, run, signals, output, refuse }) {
  const module = await request.load();
  signals.begin();
  const trainer = findTrainer(module);
  if (!trainer) return refuse(noTrainer);
  const evals = findEvals(module);
  if (evals.length === 0) return refuse(noEvals);
  if (typeof trainer[evaluate] !== "function" || typeof trainer[get] !== "function") {
    const message = "the trainer cannot be asked to compare models";
    return refuse({ message, hint: `it was made by another package, or by an older release of arkor: \`${request.upgrade}\``, code: "no_eval" });
  }
  run.doing = "asking the backend";
  const { job, models } = await chooseModels((...args) => trainer[get](...args), request.compare);
  const rows = await measureAll(trainer, evals, job, models, run);
  if (run.stopping) return 1;
  const misses = rows.filter(({ passed }) => passed === false);
  const comparison = {
    job: { id: job.id, name: job.name, dryRun: job.config.dryRun === true },
    models: Object.fromEntries(models.map(({ key, target, adapter }) => [key, { ...target, ...(adapter && { adapter }) }])),
    evals: rows,
    passed: misses.length === 0,
  };
  output.compared(comparison, () => drawComparison(comparison, request.compare.worst));
  for (const { name, threshold, results } of misses) say(request, describeMiss({ name, threshold, ...results.tuned }));
  return misses.length > 0 ? 1 : 0;
}

async function measureAll(trainer, evals, job, models, run) {
  const { signal } = new AbortController(); // the process ends with a signal of the other kind
  const progress = evalProgress();
  const rows = [];
  try {
    for (const one of evals) {
      const results = {};
      let threshold;
      let passed;
      const known = new Map(); // the endpoint may well answer with what was just trained
      for (const { key, model, step, target } of models) {
        run.doing = `eval ${one.name}`;
        const onSample = (done, count) => progress.show(one.name, key, done, count);
        const same = JSON.stringify(model);
        const question = { eval: one, job, model, step, target, signal, concurrency, onSample };
        const { result, worst } = known.get(same) ?? (await trainer[evaluate](question));
        known.set(same, { result, worst });
        const { count, failed, mean, min, max } = result;
        results[key] = { count, failed, mean, min, max, worst };
        if (key === "tuned") ({ threshold = null, passed = null } = result);
        if (run.stopping) return rows;
      }
      rows.push({ name: String(one.name), threshold, passed, results });
    }
  } finally {
    progress.end();
  }
  return rows;
}
