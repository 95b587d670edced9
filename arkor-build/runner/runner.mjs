// Code generated from runner/js by go generate. DO NOT EDIT.

// runner/js/main.mjs
import { existsSync as existsSync2 } from "node:fs";
import module from "node:module";
import { join as join2 } from "node:path";
import process7 from "node:process";
import { pathToFileURL } from "node:url";

// runner/js/evaluate.mjs
import { writeFileSync } from "node:fs";
import process3 from "node:process";

// runner/js/errors.mjs
import process from "node:process";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";

// runner/js/packages.mjs
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
var patterns = [/Cannot find package ['"]([^'"]+)['"]/, /Import "([^"]+)" not a dependency/];
function missingPackage(error, dir) {
  const match = patterns.map((pattern) => pattern.exec(String(error?.message))).find(Boolean);
  if (!match || error.code && error.code !== "ERR_MODULE_NOT_FOUND") return null;
  const name = packageName(match[1]);
  const manager = packageManager(dir);
  const listed = isListed(name, dir);
  return {
    message: `the package ${name} is not installed`,
    hint: listed ? `run \`${manager} install\` in the project` : `run \`${manager} ${manager === "npm" ? "install" : "add"} ${name}\` in the project`
  };
}
function packageName(specifier) {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}
function isListed(name, dir) {
  const manifest2 = readManifest(dir);
  return ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"].some(
    (kind) => manifest2[kind]?.[name] !== void 0
  );
}
var lockfiles = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
  "bun.lockb": "bun",
  "package-lock.json": "npm"
};
function packageManager(dir) {
  for (let folder = dir; ; folder = dirname(folder)) {
    const [declared] = String(readManifest(folder).packageManager ?? "").split("@");
    if (Object.values(lockfiles).includes(declared)) return declared;
    for (const [file, name] of Object.entries(lockfiles)) {
      if (existsSync(join(folder, file))) return name;
    }
    if (folder === dirname(folder)) return "npm";
  }
}
function readManifest(dir) {
  try {
    return JSON.parse(readFileSync(join(dir, "package.json"), "utf8")) ?? {};
  } catch {
    return {};
  }
}

// runner/js/errors.mjs
var ownErrors = /* @__PURE__ */ new Set([
  "AnonymousTokenRejectedError",
  "ArkorError",
  "AuthError",
  "CloudApiError",
  "DatasetError",
  "EntryError",
  "ProjectStateMismatchError",
  "ProjectStateMissingError",
  "ResponseShapeError",
  "StreamError",
  "UnsupportedModelError"
]);
function report(request2, error) {
  const missing = missingPackage(error, request2.dir);
  if (missing) return say(request2, missing.message, missing.hint);
  const head = ownErrors.has(error?.name) ? [String(error.message)] : describe(error);
  say(request2, [...head, ...causes(error)].join("\n"), typeof error?.hint === "string" ? error.hint : "");
}
function say(request2, message, hint = "") {
  process.stderr.write(`${request2.command}: ${message}
${hint ? `hint: ${hint}
` : ""}`);
}
function messageOf(error) {
  return error instanceof Error ? error.message : text(error);
}
function describe(error) {
  if (typeof error?.stack !== "string" || error.stack === "") {
    return [typeof error?.message === "string" ? error.message : text(error)];
  }
  const lines = error.stack.split("\n");
  const first = lines.findIndex((line) => /^\s+at /.test(line));
  if (first < 0) return lines;
  return [...lines.slice(0, first), ...lines.slice(first).filter(isUserFrame)];
}
function text(value) {
  try {
    return typeof value === "object" && value !== null ? inspect(value) : String(value);
  } catch {
    return "a value that cannot be shown was thrown";
  }
}
var runnerURL = import.meta.url;
var runnerPath = runnerURL.startsWith("file:") ? fileURLToPath(runnerURL) : runnerURL;
var notTheUsers = [runnerURL, runnerPath, "arkor-sdk:", "/node_modules/arkor/", "\\node_modules\\arkor\\", "node:internal/"];
function isUserFrame(line) {
  return !notTheUsers.some((place) => line.includes(place));
}
var deepest = 8;
function causes(error, depth = 1) {
  if (typeof error !== "object" || error === null || depth > deepest) return [];
  const found = Array.isArray(error.errors) ? error.errors : error.cause == null ? [] : [error.cause];
  return found.flatMap((cause) => {
    const [first, ...rest] = describe(cause);
    const head = /:?\s*$/.test(first) && cause?.code && !cause.message ? `${cause.name}: ${cause.code}` : first;
    return [`${"  ".repeat(depth)}caused by: ${head}`, ...rest.map((line) => "  ".repeat(depth) + line), ...causes(cause, depth + 1)];
  });
}

// runner/js/stall.mjs
import process2 from "node:process";
function noticeStall(request2, run) {
  let idle = false;
  const drained = () => {
    idle = true;
  };
  const ended = () => {
    if (!idle || run.stopping) return;
    say(request2, `${run.doing} never finished: it awaits a promise that nothing can settle any more`);
    process2.exitCode = 13;
  };
  process2.on("beforeExit", drained).on("exit", ended);
  return () => process2.off("beforeExit", drained).off("exit", ended);
}

// runner/js/trainer.mjs
var noTrainer = "Training entry must export `arkor` (from createArkor({...})) or `trainer` (from createTrainer({...})), or default-export one of them.";
function findTrainer(module2) {
  return manifestOrTrainer(module2.arkor) ?? trainer(module2.trainer) ?? manifestOrTrainer(module2.default) ?? (isObject(module2.default) ? trainer(module2.default.trainer) : null);
}
function manifestOrTrainer(value) {
  return (isObject(value) && value._kind === "arkor" ? trainer(value.trainer) : null) ?? trainer(value);
}
function trainer(value) {
  const methods = ["start", "wait", "cancel"];
  return isObject(value) && methods.every((name) => typeof value[name] === "function") ? value : null;
}
function isObject(value) {
  return typeof value === "object" && value !== null;
}

// runner/js/evaluate.mjs
async function evaluate(request2) {
  const settled = noticeStall(request2, { doing: "loading the module" });
  let status = 0;
  try {
    const module2 = await request2.load();
    const answer = request2.mode === "manifest" ? manifest(module2) : config(module2);
    writeFileSync(request2.result, JSON.stringify(answer));
  } catch (error) {
    report(request2, error);
    status = 1;
  }
  settled();
  process3.stderr.write("", () => process3.exit(status));
}
function manifest(module2) {
  const trainer2 = findTrainer(module2);
  return { trainer: trainer2 && { name: String(trainer2.name ?? "") } };
}
function config(module2) {
  const value = module2.default;
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return { type, value: type === "object" ? value : null };
}

// runner/js/start.mjs
import process6 from "node:process";

// runner/js/evals.mjs
var attach = /* @__PURE__ */ Symbol.for("arkor.trainer.attach");
function attachEvals(request2, trainer2, module2) {
  const evals = findEvals(module2);
  if (typeof trainer2[attach] === "function") trainer2[attach]({ evals });
  else if (evals.length > 0) {
    say(request2, "warning: the evals are left out: this trainer is not one that createTrainer of this release makes");
  }
}
function findEvals(module2) {
  const manifest2 = [module2.arkor, module2.default].find((value) => value?._kind === "arkor" && value.eval !== void 0);
  return manifest2 === void 0 ? [] : [manifest2.eval].flat();
}

// runner/js/interrupt.mjs
import process4 from "node:process";
var statuses = { SIGINT: 130, SIGTERM: 143 };
var patienceMs = 5e3;
function watchSignals(request2, run, progress) {
  const ours = {
    SIGHUP: () => leave(request2, run),
    SIGINT: () => stop("SIGINT"),
    SIGTERM: () => stop("SIGTERM")
  };
  const stop = async (signal) => {
    const again = run.stopping;
    run.stopping = true;
    progress.end();
    if (!again && run.starting) {
      await cancel(request2, run);
      await new Promise((resolve) => process4.stdout.write("", resolve));
    }
    process4.exit(statuses[signal]);
  };
  const foreign = (name) => process4.listeners(name).some((listener) => listener !== ours[name]);
  const added = (name, listener) => {
    if (!ours[name] || listener === ours[name]) return;
    queueMicrotask(() => {
      if (foreign(name)) process4.off(name, ours[name]);
    });
  };
  const removed = (name, listener) => {
    if (ours[name] && listener !== ours[name] && process4.listenerCount(name) === 0) process4.on(name, ours[name]);
  };
  for (const [name, listener] of Object.entries(ours)) process4.on(name, listener);
  process4.on("newListener", added).on("removeListener", removed);
  const terminals = [process4.stdout, process4.stderr].filter((stream) => stream.isTTY);
  for (const stream of terminals) stream.on("error", refused);
  return {
    release() {
      for (const stream of terminals) stream.off("error", refused);
      process4.off("newListener", added).off("removeListener", removed);
      for (const [name, listener] of Object.entries(ours)) process4.off(name, listener);
    }
  };
}
function refused(error) {
  if (error.code !== "EIO") throw error;
}
async function cancel(request2, run) {
  say(request2, `interrupted; cancelling ${run.jobID ? `job ${run.jobID}` : "the job"} (again to exit at once)`);
  try {
    const cancelled = await Promise.race([cancelStarted(run), timeout()]);
    say(request2, cancelled ? `job ${run.jobID || "unknown"} is cancelled` : "no job was started");
  } catch (error) {
    say(request2, `could not cancel job ${run.jobID || "unknown"}, which may go on running: ${messageOf(error)}`);
  }
}
async function cancelStarted(run) {
  try {
    run.jobID ||= String((await run.starting)?.jobId ?? "");
  } catch {
    return false;
  }
  await run.trainer.cancel();
  return true;
}
function timeout() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1e3} seconds`)), patienceMs);
  });
}
function leave(request2, run) {
  run.stopping = true;
  if (run.jobID) say(request2, `detached; job ${run.jobID} goes on running`);
  process4.removeAllListeners("SIGHUP");
  process4.kill(process4.pid, "SIGHUP");
}

// runner/js/progress.mjs
import process5 from "node:process";
var clearLine = "\r\x1B[2K";
var silent = {
  begin() {
  },
  event(event) {
    if (event?.type === "queued") process5.stderr.write(`arkor start: ${queued(event)}
`);
    if (event?.type === "reconnecting" && event.attempt === 2) process5.stderr.write(`arkor start: ${lostConnection(event)}
`);
  },
  end() {
  }
};
function createProgress() {
  let line = silent;
  return {
    // Whether stderr is a terminal is asked late, after user code has had its say.
    begin() {
      if (process5.stderr.isTTY && process5.env.TERM !== "dumb") line = onTerminal();
      line.begin();
    },
    event: (event) => line.event(event),
    end() {
      line.end();
      line = silent;
    }
  };
}
function onTerminal() {
  const state = { text: "waiting for the training to start", visible: false, midLine: false };
  const stderr = process5.stderr;
  const writeError = stderr.write;
  const rate = createRate();
  let progress = {};
  const draw = (text2) => writeError.call(stderr, text2);
  const hide = () => {
    if (state.visible) draw(clearLine);
    state.visible = false;
  };
  const show = () => {
    if (state.midLine) return;
    draw(clearLine + state.text.slice(0, (stderr.columns || 80) - 1));
    state.visible = true;
  };
  const restore = [stderr, process5.stdout].filter((stream) => stream.isTTY).map((stream) => makeRoom(stream, state, hide, show));
  restore.push(...makeRoomForConsole(hide, show));
  return {
    begin() {
      process5.on("uncaughtExceptionMonitor", hide).on("exit", hide);
      show();
    },
    event(event) {
      if (event?.type === "queued" || event?.type === "reconnecting") {
        state.text = event.type === "queued" ? queued(event) : lostConnection(event);
        show();
      }
      if (event?.type === "training.started") rate.begin(Number(event.metadata?.resumedFromStep) || 0);
      if (event?.type !== "training.started" && event?.type !== "training.log") return;
      progress = { ...progress, ...numbers(event.metadata), ...numbers(event) };
      if (progress.step !== void 0) rate.reached(progress.step);
      state.text = describe2(progress, rate);
      show();
    },
    end() {
      hide();
      for (const undo of restore) undo();
      process5.off("uncaughtExceptionMonitor", hide).off("exit", hide);
    }
  };
}
function makeRoom(stream, state, hide, show) {
  const original = stream.write;
  const wrapped = function(chunk, ...rest) {
    hide();
    const result = original.call(stream, chunk, ...rest);
    if (chunk.length > 0) state.midLine = chunk[chunk.length - 1] !== "\n" && chunk[chunk.length - 1] !== 10;
    show();
    return result;
  };
  stream.write = wrapped;
  return () => {
    if (stream.write === wrapped) stream.write = original;
  };
}
function makeRoomForConsole(hide, show) {
  if (!process5.versions.bun && !process5.versions.deno) return [];
  return ["log", "info", "debug", "warn", "error"].map((name) => {
    const original = console[name];
    const wrapped = (...values) => {
      hide();
      original.apply(console, values);
      show();
    };
    console[name] = wrapped;
    return () => {
      if (console[name] === wrapped) console[name] = original;
    };
  });
}
function queued({ jobsAhead }) {
  return `in the queue behind ${jobsAhead === 1 ? "another training" : `${jobsAhead} other trainings`}`;
}
function lostConnection({ delayMs, error }) {
  const code = error?.cause?.code;
  const reason = code === "UND_ERR_SOCKET" ? "closed" : code ?? error?.message ?? "closed";
  return `connection to the backend lost (${reason}), trying again in ${Math.ceil(delayMs / 1e3)} s`;
}
function numbers(object) {
  return Object.fromEntries(Object.entries(object ?? {}).filter(([, value]) => Number.isFinite(value)));
}
function describe2({ step, totalSteps, loss, evalLoss, tokensPerSecond }, rate) {
  if (step === void 0) return totalSteps ? `step 0/${totalSteps}` : "training";
  return [
    totalSteps ? `step ${step}/${totalSteps} (${Math.floor(100 * step / totalSteps)} %)` : `step ${step}`,
    loss === void 0 ? "" : `loss ${loss.toFixed(4)}`,
    evalLoss === void 0 ? "" : `eval loss ${evalLoss.toFixed(4)}`,
    tokensPerSecond === void 0 ? "" : `${Math.round(tokensPerSecond).toLocaleString("en-US")} tokens/s`,
    totalSteps ? timeLeft(rate.left(totalSteps)) : ""
  ].filter(Boolean).join("  ");
}
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
    left: (total) => last && last.step > first.step ? (last.time - first.time) / (last.step - first.step) * (total - last.step) : NaN
  };
}
function timeLeft(milliseconds) {
  if (!Number.isFinite(milliseconds)) return "";
  const seconds = Math.max(0, Math.round(milliseconds / 1e3));
  if (seconds < 60) return `${seconds} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min left` : `${Math.floor(minutes / 60)} h ${minutes % 60} min left`;
}

// runner/js/start.mjs
var observe = /* @__PURE__ */ Symbol.for("arkor.trainer.observe");
var deprecation = /* @__PURE__ */ Symbol.for("arkor.deprecation");
var upgrade = /* @__PURE__ */ Symbol.for("arkor.upgrade");
async function start(request2) {
  const run = {
    doing: "loading the trainer",
    trainer: null,
    starting: null,
    // the promise of start(), from the moment a job may exist
    jobID: "",
    stopping: false
    // a signal is ending the process; nothing else is to be said
  };
  globalThis[upgrade] = request2.upgrade;
  const progress = createProgress();
  const signals = watchSignals(request2, run, progress);
  const settled = noticeStall(request2, run);
  let status = 0;
  try {
    status = await train(request2, run, progress);
  } catch (error) {
    progress.end();
    if (!run.stopping) report(request2, error);
    status = 1;
  }
  settled();
  if (run.stopping) return;
  signals.release();
  warnOfDeprecation(request2);
  if (status !== 0) process6.exitCode ??= status;
}
async function train(request2, run, progress) {
  const module2 = await request2.load();
  const trainer2 = findTrainer(module2);
  if (!trainer2) {
    say(request2, noTrainer, "see src/arkor/index.ts of a new project: `arkor init`");
    return 1;
  }
  trainer2[observe]?.((event) => progress.event(event));
  attachEvals(request2, trainer2, module2);
  run.doing = "start()";
  run.trainer = trainer2;
  run.starting = Promise.resolve(trainer2.start());
  run.jobID = String((await run.starting)?.jobId ?? "");
  if (run.stopping) return 0;
  print(`Started job ${run.jobID || "unknown"}`);
  progress.begin();
  run.doing = "wait()";
  const job = (await trainer2.wait())?.job;
  progress.end();
  if (run.stopping) return 0;
  const id = job?.id ?? (run.jobID || "unknown");
  const state = job?.status ?? "unknown";
  print(`Job ${id} finished with status=${state}`);
  switch (state) {
    case "completed":
      return 0;
    case "failed":
      say(request2, job.error ? String(job.error) : `job ${id} failed, and the backend gave no reason`);
      return 1;
    case "cancelled":
      say(request2, `job ${id} was cancelled`);
      return 1;
  }
  say(request2, `wait() ended without a final status (${state}): whether the training succeeded is not known`);
  return 0;
}
function print(line) {
  process6.stdout.write(`${line}
`);
}
function warnOfDeprecation(request2) {
  const notice = globalThis[deprecation];
  if (typeof notice?.message !== "string") return;
  const cutoff = notice.sunset ? ` Cutoff: ${notice.sunset}.` : "";
  say(request2, oneLine(`${notice.message} (current: ${notice.version}).${cutoff} Run \`${request2.upgrade}\`.`));
}
function oneLine(text2) {
  return text2.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}

// runner/js/main.mjs
var oldestNode = 20;
var request = JSON.parse(process7.argv[process7.argv.length - 1]);
process7.argv = [process7.argv[0], request.module];
var { bun, deno, node } = process7.versions;
if (!bun && !deno && Number.parseInt(node, 10) < oldestNode) {
  process7.stderr.write(
    `${request.command}: node ${node} at ${process7.execPath} is too old
hint: install node ${oldestNode} or newer, or name another runtime in ARKOR_JS_RUNTIME
`
  );
  process7.exitCode = 1;
} else {
  request.load = () => {
    try {
      process7.setSourceMapsEnabled?.(true);
    } catch {
    }
    usePlugAndPlay(request.pnp);
    return import(pathToFileURL(request.module).href);
  };
  (request.mode === "start" ? start : evaluate)(request);
}
function usePlugAndPlay(path) {
  if (!path || process7.versions.pnp) return;
  module.createRequire(path)(path).setup();
  const loader = join2(path, "..", ".pnp.loader.mjs");
  if (existsSync2(loader)) module.register?.(pathToFileURL(loader).href);
}
