// Which step's weights a training ended with, where that is not its last one.

import { say } from "./errors.mjs";

/** Returns what watches the events of a run, and tells at its end what became of the best step. */
export function createEnding(request) {
  let lastStep = 0;
  let metrics = {};
  return {
    event(event) {
      if (event?.type === "training.log" && Number.isFinite(event.step)) lastStep = Math.max(lastStep, event.step);
      if (event?.type === "training.completed") metrics = event.metrics ?? {};
    },
    tell() {
      const line = describe(metrics, lastStep);
      if (line) say(request, line);
    },
  };
}

function describe({ finalStep, bestStep, bestEvalLoss, stoppedEarly }, lastStep) {
  if (!Number.isFinite(bestStep) || !Number.isFinite(bestEvalLoss)) return "";
  const best = `step ${bestStep}, where the eval loss was lowest (${bestEvalLoss.toFixed(4)})`;
  const kept = finalStep === bestStep;
  if (stoppedEarly === true) {
    return `stopped early at step ${lastStep}; ${kept ? `the final adapter is that of ${best}` : `the best was ${best}`}`;
  }
  return kept && bestStep < lastStep ? `the final adapter is that of ${best}` : "";
}
