// The one line at the foot of a terminal that says how far a training is.

import process from "node:process";

import { makeRoom } from "./room.mjs";
import { cut, oneLine } from "./text.mjs";

const clearLine = "\r\u001b[2K";
// Without a terminal only what makes one wait is worth a line: a backend that
// stays away, and trainings that come first.
const silent = {
  begin() {},
  event(event) {
    if (event?.type === "queued") process.stderr.write(`arkor start: ${queued(event)}\n`);
    if (event?.type === "reconnecting" && event.attempt === 2) process.stderr.write(`arkor start: ${lostConnection(event)}\n`);
  },
  end: () => false,
};

/**
 * Returns a progress line on stderr, or a quiet one where nobody would see it
 * move, or where a program shows on the same terminal what it makes of the run.
 */
export function createProgress(request) {
  let line = silent;
  return {
    // Whether stderr is a terminal is asked late, after user code has had its say.
    begin() {
      if (!request.events && process.stderr.isTTY && process.env.TERM !== "dumb") line = onTerminal();
      line.begin();
    },
    event: (event) => line.event(event),
    /** Returns whether there was a line, which is gone. */
    end() {
      const shown = line.end();
      line = silent;
      return shown;
    },
  };
}

function onTerminal() {
  const { stderr } = process;
  const writeError = stderr.write;
  const rate = createRate();
  let text = "waiting for the training to start";
  let visible = false;
  let progress = {};

  const draw = (what) => writeError.call(stderr, what);
  const hide = () => {
    if (visible) draw(clearLine);
    visible = false;
  };
  const show = () => {
    draw(clearLine + cut(text, (stderr.columns || 80) - 1));
    visible = true;
  };
  const room = makeRoom(hide, show, draw);

  return {
    begin() {
      // Both print past the wrapped streams, or end the process without them.
      process.on("uncaughtExceptionMonitor", hide).on("exit", hide);
      room.showIfFree();
    },
    event(event) {
      if (event?.type === "queued" || event?.type === "reconnecting") {
        text = event.type === "queued" ? queued(event) : lostConnection(event);
        room.showIfFree();
      }
      if (event?.type === "training.started") rate.begin(Number(event.metadata?.resumedFromStep) || 0);
      if (event?.type !== "training.started" && event?.type !== "training.log") return;
      progress = { ...progress, ...numbers(event.metadata), ...numbers(event) };
      if (progress.step !== undefined) rate.reached(progress.step);
      text = describe(progress, rate);
      room.showIfFree();
    },
    end() {
      const shown = visible;
      hide();
      room.end();
      process.off("uncaughtExceptionMonitor", hide).off("exit", hide);
      return shown;
    },
  };
}

function queued({ jobsAhead }) {
  return `in the queue behind ${jobsAhead === 1 ? "another training" : `${jobsAhead} other trainings`}`;
}

function lostConnection({ delayMs, error }) {
  const code = error?.cause?.code;
  const reason = code === "UND_ERR_SOCKET" ? "closed" : (code ?? error?.message ?? "closed"); // node's name for a socket that went away
  return `connection to the backend lost (${oneLine(String(reason))}), trying again in ${Math.ceil(delayMs / 1000)} s`;
}

function numbers(object) {
  return Object.fromEntries(Object.entries(object ?? {}).filter(([, value]) => Number.isFinite(value)));
}

function describe({ step, totalSteps, loss, evalLoss, tokensPerSecond }, rate) {
  if (step === undefined) return totalSteps ? `step 0/${totalSteps}` : "training";
  return [
    totalSteps ? `step ${step}/${totalSteps} (${Math.floor((100 * step) / totalSteps)} %)` : `step ${step}`,
    loss === undefined ? "" : `loss ${loss.toFixed(4)}`,
    evalLoss === undefined ? "" : `eval loss ${evalLoss.toFixed(4)}`,
    tokensPerSecond === undefined ? "" : `${Math.round(tokensPerSecond).toLocaleString("en-US")} tokens/s`,
    totalSteps ? timeLeft(rate.left(totalSteps)) : "",
  ]
    .filter(Boolean)
    .join("  ");
}

// Steps per time since the training began here, which a resumed job did not do from step 0.
function createRate() {
  let first;
  let last;
  return {
    begin(step) {
      first = { step, time: Date.now() };
    },
    reached(step) {
      last = { step, time: Date.now() };
      first ??= last;
    },
    /** Milliseconds until the last step, or NaN when that cannot be told. */
    left: (total) => (last && last.step > first.step ? ((last.time - first.time) / (last.step - first.step)) * (total - last.step) : NaN),
  };
}

function timeLeft(milliseconds) {
  if (!Number.isFinite(milliseconds)) return "";
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}
