// Code generated from runner/js by go generate. DO NOT EDIT.

// runner/js/main.mjs
import { existsSync as existsSync3 } from "node:fs";
import module4 from "node:module";
import { join as join3 } from "node:path";
import process12 from "node:process";
import { pathToFileURL } from "node:url";

// runner/js/command.mjs
import process7 from "node:process";

// runner/js/errors.mjs
import process from "node:process";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";

// runner/js/frames.mjs
import { readFileSync } from "node:fs";
import module from "node:module";
import { dirname, resolve } from "node:path";
function inSources(lines, bundle) {
  if (!bundle || !lines.some((line) => line.includes(`${bundle}:`))) return lines;
  try {
    const map = new module.SourceMap(JSON.parse(readMap(bundle)));
    return lines.map((line) => inSource(line, bundle, map));
  } catch {
    return lines;
  }
}
function readMap(bundle) {
  const [, inline] = /\n\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/.exec(readFileSync(bundle, "utf8")) ?? [];
  return inline ? Buffer.from(inline, "base64").toString() : readFileSync(`${bundle}.map`, "utf8");
}
function inSource(line, bundle, map) {
  const [before, behind] = line.split(`${bundle}:`);
  const place2 = /^(\d+):(\d+)/.exec(behind ?? "");
  if (!place2) return line;
  const { originalSource, originalLine, originalColumn } = map.findEntry(place2[1] - 1, place2[2] - 1);
  if (!originalSource) return line;
  const source = resolve(dirname(bundle), originalSource);
  return `${before}${source}:${originalLine + 1}:${originalColumn + 1}${behind.slice(place2[0].length)}`;
}

// runner/js/packages.mjs
import { existsSync, readFileSync as readFileSync2 } from "node:fs";
import { dirname as dirname2, join } from "node:path";
var patterns = [/Cannot find package ['"]([^'"]+)['"]/, /Import "([^"]+)" not a dependency/];
function missingPackage(error, dir) {
  const match = patterns.map((pattern) => pattern.exec(String(error?.message))).find(Boolean);
  if (!match || error.code && error.code !== "ERR_MODULE_NOT_FOUND") return null;
  const name = packageName(match[1]);
  if (/^[@~]\//.test(name)) {
    const message = `${match[1]} is neither a file nor the name of a package`;
    return { message, hint: "for a folder of your own, name it in `paths` of tsconfig.json" };
  }
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
  const manifest = readManifest(dir);
  return ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"].some(
    (kind) => manifest[kind]?.[name] !== void 0
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
  for (let folder = dir; ; folder = dirname2(folder)) {
    const [declared] = String(readManifest(folder).packageManager ?? "").split("@");
    if (Object.values(lockfiles).includes(declared)) return declared;
    for (const [file, name] of Object.entries(lockfiles)) {
      if (existsSync(join(folder, file))) return name;
    }
    if (folder === dirname2(folder)) return "npm";
  }
}
function readManifest(dir) {
  try {
    return JSON.parse(readFileSync2(join(dir, "package.json"), "utf8")) ?? {};
  } catch {
    return {};
  }
}

// runner/js/text.mjs
var escapes = /\u001b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;
function oneLine(text2) {
  return text2.replace(escapes, "").replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trimEnd();
}
var longest = 1e3;
function excerpt(text2) {
  const line = oneLine(text2);
  return line.length > longest ? `${cut(line, longest)} ...` : line;
}
function cut(text2, columns) {
  let end = 0;
  for (const character of text2) {
    columns -= character < "ᄀ" ? 1 : 2;
    if (columns < 0) break;
    end += character.length;
  }
  return text2.slice(0, end);
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
  if (missing) {
    say(request2, missing.message, missing.hint);
    return { ...missing, code: "package_missing" };
  }
  const details = Array.isArray(error?.details) ? error.details.map(String) : [];
  const lines = ownErrors.has(error?.name) ? [excerpt(String(error.message)), ...details] : describe(error, request2);
  const hint = string(error?.hint);
  write(request2, [...lines, ...causes(error, request2)], hint);
  return { message: headOf(error), hint, code: string(error?.code) };
}
function headOf(error) {
  if (ownErrors.has(error?.name)) return String(error.message);
  const lines = describe(error);
  const first = lines.findIndex(isFrame);
  return lines.slice(0, first < 0 ? lines.length : first).join("\n");
}
function say(request2, message, hint = "") {
  write(request2, [message], hint);
}
function write(request2, lines, hint = "") {
  const text2 = lines.map(oneLine).join("\n");
  process.stderr.write(`${request2.command}: ${text2}
${hint ? `hint: ${oneLine(hint)}
` : ""}`);
}
function messageOf(error) {
  return error instanceof Error ? error.message : text(error);
}
function describe(error, { module: module5 } = {}) {
  if (typeof error?.stack !== "string" || error.stack === "") {
    return (typeof error?.message === "string" ? error.message : text(error)).split("\n");
  }
  const lines = error.stack.split("\n");
  const first = lines.findIndex(isFrame);
  if (first < 0) return lines;
  return [...lines.slice(0, first), ...inSources(lines.slice(first), module5).filter(isUserFrame)];
}
function isFrame(line) {
  return /^\s+at /.test(line);
}
function string(value) {
  return typeof value === "string" && value !== "" ? value : void 0;
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
var notTheUsers = [runnerURL, runnerPath, "arkor-sdk:", "/node_modules/arkor/", "\\node_modules\\arkor\\"];
var inRuntime = /[ (]node:|\(<anonymous>\)$/;
function isUserFrame(line) {
  return !inRuntime.test(line) && !notTheUsers.some((place2) => line.includes(place2));
}
var deepest = 8;
function causes(error, request2, depth = 1) {
  if (typeof error !== "object" || error === null || depth > deepest) return [];
  const found = Array.isArray(error.errors) ? error.errors : error.cause == null ? [] : [error.cause];
  return found.flatMap((cause) => {
    const [first, ...rest] = describe(cause, request2);
    const head = /:?\s*$/.test(first) && cause?.code && !cause.message ? `${cause.name}: ${cause.code}` : first;
    return [`${"  ".repeat(depth)}caused by: ${head}`, ...rest.map((line) => "  ".repeat(depth) + line), ...causes(cause, request2, depth + 1)];
  });
}

// runner/js/interrupt.mjs
import process2 from "node:process";

// runner/js/follow.mjs
function followHint(request2, jobID) {
  return request2.follow && jobID ? `\`${request2.follow.replace("JOB", () => jobID)}\` follows it` : "";
}

// runner/js/interrupt.mjs
var abandon = /* @__PURE__ */ Symbol.for("arkor.trainer.abandon");
var statuses = { SIGINT: 130, SIGTERM: 143 };
var patienceMs = 5e3;
var repeatMs = 500;
function watchSignals(request2, run, progress, output) {
  const ours = {
    SIGHUP: () => leave(request2, run, output),
    SIGINT: () => stop("SIGINT"),
    SIGTERM: () => stop("SIGTERM")
  };
  let first;
  const stop = async (signal) => {
    if (first?.signal === signal && performance.now() - first.at < repeatMs) return;
    first ??= { signal, at: performance.now() };
    const again = run.stopping;
    run.stopping = true;
    const cleared = progress.end();
    if (!cleared && signal === "SIGINT" && process2.stderr.isTTY) process2.stderr.write("\n");
    let cancelled = false;
    if (!again && run.starting) {
      if (request2.onInterrupt === "detach") await detach(request2, run);
      else cancelled = await cancel(request2, run);
      await new Promise((resolve2) => process2.stdout.write("", resolve2));
    }
    output.interrupted({ signal, jobId: run.jobID || void 0, cancelled });
    process2.exit(statuses[signal]);
  };
  const foreign = (name) => process2.listeners(name).some((listener) => listener !== ours[name]);
  const added = (name, listener) => {
    if (!ours[name] || listener === ours[name]) return;
    queueMicrotask(() => {
      if (foreign(name)) process2.off(name, ours[name]);
    });
  };
  const removed = (name, listener) => {
    if (ours[name] && listener !== ours[name] && process2.listenerCount(name) === 0) process2.on(name, ours[name]);
  };
  for (const stream of [process2.stdout, process2.stderr]) stream.on("error", refused);
  return {
    begin() {
      for (const [name, listener] of Object.entries(ours)) {
        if (!foreign(name)) process2.on(name, listener);
      }
      process2.on("newListener", added).on("removeListener", removed);
    },
    release() {
      process2.off("newListener", added).off("removeListener", removed);
      for (const [name, listener] of Object.entries(ours)) process2.off(name, listener);
    }
  };
}
function refused(error) {
  if (error.code !== "EIO" && error.code !== "EPIPE") throw error;
}
async function cancel(request2, run) {
  say(request2, `interrupted; cancelling ${run.jobID ? `job ${run.jobID}` : "the job"} (again to exit at once)`);
  try {
    const cancelled = await Promise.race([cancelStarted(run), timeout()]);
    say(request2, cancelled ? `job ${run.jobID || "unknown"} is cancelled` : "no job was started");
    return cancelled;
  } catch (error) {
    const what = run.jobID ? `could not cancel job ${run.jobID}, which may go on running` : "a job may have been started";
    say(request2, `${what}: ${messageOf(error)}`);
    return false;
  }
}
async function detach(request2, run) {
  if (!run.jobID) {
    say(request2, "interrupted; waiting for the job that is being created (again to exit at once)");
    try {
      if (!await Promise.race([created(run), timeout()])) return say(request2, "no job was started");
    } catch (error) {
      return say(request2, `a job may have been started: ${messageOf(error)}`);
    }
  }
  say(request2, `detached; job ${run.jobID || "unknown"} goes on running`, followHint(request2, run.jobID));
}
async function cancelStarted(run) {
  if (run.trainer[abandon]?.() === true) return false;
  if (!await created(run)) return false;
  await run.trainer.cancel();
  return true;
}
async function created(run) {
  try {
    run.jobID ||= String((await run.starting)?.jobId ?? "");
    return true;
  } catch {
    return false;
  }
}
function timeout() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1e3} seconds`)), patienceMs);
  });
}
function leave(request2, run, output) {
  run.stopping = true;
  output.interrupted({ signal: "SIGHUP", jobId: run.jobID || void 0, cancelled: false });
  if (run.jobID) say(request2, `detached; job ${run.jobID} goes on running`);
  process2.removeAllListeners("SIGHUP");
  process2.kill(process2.pid, "SIGHUP");
}

// runner/js/output.mjs
import { Console } from "node:console";
import { writeSync } from "node:fs";
import module2 from "node:module";
import process3 from "node:process";
function createOutput(request2) {
  return request2.events ? forPrograms(request2.events) : forPeople;
}
var print = (line) => void process3.stdout.write(`${line}
`);
var forPeople = {
  preview(answer, draw) {
    const lines = answer.preview ? draw() : [];
    if (lines.length > 0) print(lines.join("\n"));
  },
  compared: (comparison, draw) => print(draw().join("\n")),
  submitted: (jobID) => print(`Started job ${oneLine(jobID) || "unknown"}`),
  event() {
  },
  finished: (jobID, status) => print(`Job ${oneLine(jobID) || "unknown"} finished with status=${oneLine(status)}`),
  detached() {
  },
  interrupted() {
  },
  failed() {
  }
};
function forPrograms(descriptor) {
  if (descriptor === 1) giveStdoutAway();
  let ended = false;
  let uncaught;
  const write2 = (object) => {
    if (descriptor !== 0 && !writeLine(descriptor, `${JSON.stringify(object)}
`)) descriptor = 0;
  };
  const last = (object) => {
    if (!ended) write2(object);
    ended = true;
  };
  process3.on("uncaughtExceptionMonitor", (error) => {
    uncaught = headOf(error);
  });
  process3.on("exit", (status) => {
    last({ type: "error", message: uncaught ?? `the process ended with status ${status} before the run was over`, code: "exited" });
  });
  return {
    preview: ({ preview: preview2, unavailable }) => last(preview2 ? { preview: preview2 } : { preview: null, unavailable }),
    compared: (comparison) => last(comparison),
    submitted: (jobId, name) => write2({ type: "submitted", jobId, name }),
    event: ({ type, ...rest }) => write2({ type, ...rest, ...type === "reconnecting" && { error: reason(rest.error) } }),
    finished: (jobId, status, error) => last({ type: "finished", jobId, status, error }),
    detached: (jobId) => last({ type: "detached", jobId }),
    interrupted: (outcome) => last({ type: "interrupted", ...outcome }),
    failed: (failure) => last({ type: "error", ...failure })
  };
}
function reason(error) {
  const { code } = error?.cause ?? {};
  return headOf(error) + (typeof code === "string" ? ` (${code})` : "");
}
function writeLine(descriptor, line) {
  let rest = Buffer.from(line);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") return false;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
  return true;
}
function giveStdoutAway() {
  const { stderr } = process3;
  Object.defineProperty(process3, "stdout", { value: stderr, configurable: true, enumerable: true });
  module2.syncBuiltinESMExports();
  if (globalThis.Deno) Object.defineProperty(Deno, "stdout", { value: Deno.stderr });
  const other = new Console({ stdout: stderr, stderr });
  for (const name of Object.keys(console)) {
    if (typeof console[name] === "function" && typeof other[name] === "function") console[name] = other[name].bind(other);
  }
}

// runner/js/progress.mjs
import process5 from "node:process";

// runner/js/room.mjs
import module3 from "node:module";
import process4 from "node:process";
function makeRoom(hide, show, draw) {
  const state = { midLine: false, children: 0 };
  const showIfFree = () => {
    if (!state.midLine && state.children === 0) show();
  };
  const terminals = [process4.stderr, process4.stdout].filter((stream) => stream.isTTY);
  const restore = terminals.map((stream) => aroundStream(stream, state, hide, showIfFree));
  restore.push(...aroundConsole(hide, showIfFree), ...aroundChildren(state, hide, showIfFree, draw));
  return {
    showIfFree,
    end() {
      for (const undo of restore) undo();
    }
  };
}
function aroundStream(stream, state, hide, show) {
  return replace(
    stream,
    "write",
    (write2) => function(chunk, ...rest) {
      hide();
      const result = write2.call(stream, chunk, ...rest);
      const visible = String(typeof chunk === "string" ? chunk : Buffer.from(chunk)).replace(escapes, "");
      if (visible !== "") state.midLine = !visible.endsWith("\n");
      show();
      return result;
    }
  );
}
function aroundConsole(hide, show) {
  if (!process4.versions.bun && !process4.versions.deno) return [];
  return ["log", "info", "debug", "warn", "error"].map(
    (name) => replace(console, name, (original) => (...values) => {
      hide();
      original.apply(console, values);
      show();
    })
  );
}
function aroundChildren(state, hide, show, draw) {
  const childProcess = module3.createRequire(import.meta.url)("node:child_process");
  const begin = () => {
    hide();
    state.children++;
  };
  const end = () => {
    draw(`${" ".repeat((process4.stderr.columns || 80) - 1)}\r`);
    state.midLine = false;
    state.children--;
    show();
  };
  const restore = [
    replace(
      childProcess.ChildProcess.prototype,
      "spawn",
      (spawn) => function(options) {
        if (!sharesTerminal(options?.stdio)) return spawn.call(this, options);
        begin();
        let over = false;
        const once = () => {
          if (!over) end();
          over = true;
        };
        this.once("exit", once).once("error", once);
        return spawn.call(this, options);
      }
    ),
    ...["execFileSync", "execSync", "spawnSync"].map(
      (name) => replace(childProcess, name, (run) => (...args) => {
        if (!sharesTerminal(args.at(-1)?.stdio)) return run(...args);
        begin();
        try {
          return run(...args);
        } finally {
          end();
        }
      })
    ),
    () => module3.syncBuiltinESMExports()
  ];
  module3.syncBuiltinESMExports();
  return restore;
}
function sharesTerminal(stdio) {
  const [, ...outputs] = Array.isArray(stdio) ? stdio : [stdio, stdio];
  return outputs.some((to) => to === "inherit" || to === 1 || to === 2 || to?.isTTY);
}
function replace(object, name, by) {
  const original = object[name];
  const other = by(original);
  object[name] = other;
  return () => {
    if (object[name] === other) object[name] = original;
  };
}

// runner/js/progress.mjs
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
  end: () => false
};
function createProgress(request2) {
  let line = silent;
  return {
    // Whether stderr is a terminal is asked late, after user code has had its say.
    begin() {
      if (!request2.events && process5.stderr.isTTY && process5.env.TERM !== "dumb") line = onTerminal();
      line.begin();
    },
    event: (event) => line.event(event),
    /** Returns whether there was a line, which is gone. */
    end() {
      const shown = line.end();
      line = silent;
      return shown;
    }
  };
}
function onTerminal() {
  const { stderr } = process5;
  const writeError = stderr.write;
  const rate = createRate();
  let text2 = "waiting for the training to start";
  let visible = false;
  let progress = {};
  const draw = (what) => writeError.call(stderr, what);
  const hide = () => {
    if (visible) draw(clearLine);
    visible = false;
  };
  const show = () => {
    draw(clearLine + cut(text2, (stderr.columns || 80) - 1));
    visible = true;
  };
  const room = makeRoom(hide, show, draw);
  return {
    begin() {
      process5.on("uncaughtExceptionMonitor", hide).on("exit", hide);
      room.showIfFree();
    },
    event(event) {
      if (event?.type === "queued" || event?.type === "reconnecting") {
        text2 = event.type === "queued" ? queued(event) : lostConnection(event);
        room.showIfFree();
      }
      if (event?.type === "training.started") rate.begin(Number(event.metadata?.resumedFromStep) || 0);
      if (event?.type !== "training.started" && event?.type !== "training.log") return;
      progress = { ...progress, ...numbers(event.metadata), ...numbers(event) };
      if (progress.step !== void 0) rate.reached(progress.step);
      text2 = describe2(progress, rate);
      room.showIfFree();
    },
    end() {
      const shown = visible;
      hide();
      room.end();
      process5.off("uncaughtExceptionMonitor", hide).off("exit", hide);
      return shown;
    }
  };
}
function queued({ jobsAhead }) {
  return `in the queue behind ${jobsAhead === 1 ? "another training" : `${jobsAhead} other trainings`}`;
}
function lostConnection({ delayMs, error }) {
  const code = error?.cause?.code;
  const reason2 = code === "UND_ERR_SOCKET" ? "closed" : code ?? error?.message ?? "closed";
  return `connection to the backend lost (${oneLine(String(reason2))}), trying again in ${Math.ceil(delayMs / 1e3)} s`;
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

// runner/js/stall.mjs
import process6 from "node:process";
function noticeStall(request2, run, failed = () => {
}) {
  let idle = false;
  const drained = () => {
    idle = true;
  };
  const ended = () => {
    if (!idle || run.stopping) return;
    const message = `${run.doing} never finished: it awaits a promise that nothing can settle any more`;
    say(request2, message);
    failed({ message, code: "stalled" });
    process6.exitCode = 13;
  };
  process6.on("beforeExit", drained).prependListener("exit", ended);
  return () => process6.off("beforeExit", drained).off("exit", ended);
}

// runner/js/command.mjs
var deprecation = /* @__PURE__ */ Symbol.for("arkor.deprecation");
var upgrade = /* @__PURE__ */ Symbol.for("arkor.upgrade");
async function runCommand(request2, work2) {
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
  const output = createOutput(request2);
  const progress = createProgress(request2);
  const signals = watchSignals(request2, run, progress, output);
  const settled = noticeStall(request2, run, output.failed);
  const refuse = ({ message, hint, code, example }) => {
    say(request2, message, hint);
    if (example) process7.stderr.write(`
${example}
`);
    output.failed({ message, hint, code });
    return 1;
  };
  let status = 0;
  try {
    status = await work2({ request: request2, run, signals, progress, output, refuse });
  } catch (error) {
    progress.end();
    if (!run.stopping) output.failed(report(request2, error));
    status = 1;
  }
  settled();
  if (run.stopping) return;
  signals.release();
  warnOfDeprecation(request2);
  if (status !== 0) process7.exitCode ??= status;
  if (request2.detach) leave2();
}
function leave2() {
  process7.stdout.write("", () => process7.stderr.write("", () => process7.exit()));
}
function warnOfDeprecation(request2) {
  const notice = globalThis[deprecation];
  if (typeof notice?.message !== "string") return;
  const cutoff = notice.sunset ? ` Cutoff: ${notice.sunset}.` : "";
  say(request2, `${excerpt(notice.message)} (current: ${notice.version}).${cutoff} Run \`${request2.upgrade}\`.`);
}

// runner/js/eval-progress.mjs
import process8 from "node:process";
var clearLine2 = "\r\x1B[2K";
function evalProgress() {
  const { stderr } = process8;
  if (!stderr.isTTY || process8.env.TERM === "dumb") return { show() {
  }, end() {
  } };
  const write2 = stderr.write;
  const draw = (text3) => write2.call(stderr, text3);
  let text2 = "";
  const hide = () => draw(clearLine2);
  const room = makeRoom(hide, () => draw(clearLine2 + cut(text2, (stderr.columns || 80) - 1)), draw);
  process8.on("exit", hide);
  return {
    show(name, key, done, count2) {
      text2 = `eval ${oneLine(String(name))}  ${key} model  ${done}/${count2} samples`;
      room.showIfFree();
    },
    end() {
      room.end();
      process8.off("exit", hide);
      hide();
    }
  };
}

// runner/js/eval-table.mjs
function drawComparison({ job, models, evals }, worst) {
  const keys = Object.keys(models);
  const about = keys.map((key) => `${key.padEnd(8)}  ${describeModel(job, models[key])}`);
  const head = ["eval", "samples", ...keys, "threshold", ""];
  const rows = evals.map(({ name, threshold, passed, results }) => [
    cut(oneLine(name), 40),
    String(results.tuned.count),
    ...keys.map((key) => cell(results[key])),
    threshold === null ? "-" : number(threshold),
    passed === null ? "" : passed ? "pass" : "FAIL"
  ]);
  const lines = [...about, "", ...table([head, ...rows])];
  return worst ? [...lines, ...evals.flatMap(drawWorst)] : lines;
}
function describeModel(job, { kind, step, model, slug, adapter }) {
  const ofJob = `${oneLine(job.name)} (${oneLine(job.id)})${job.dryRun ? ", a dry run" : ""}`;
  if (kind === "base") return oneLine(model);
  if (kind === "final") return `${ofJob}, final adapter, step ${step}`;
  if (kind === "checkpoint") return `${ofJob}, checkpoint of step ${step}`;
  const what = adapter.model ?? `job ${adapter.jobId}, ${adapter.kind === "final" ? "final adapter" : `checkpoint of step ${adapter.step}`}`;
  return `endpoint ${oneLine(slug)}: ${oneLine(what)}`;
}
var number = (value) => Math.abs(value) < 1e3 ? value.toFixed(3) : String(Math.round(value));
function cell({ mean, failed }) {
  const scored = mean === null ? "-" : number(mean);
  return failed > 0 ? `${scored} (${failed} failed)` : scored;
}
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row2) => row2[column].length)));
  return rows.map(
    (row2) => row2.map((text2, column) => column === 0 || column === row2.length - 1 ? text2.padEnd(widths[column]) : text2.padStart(widths[column])).join("  ").trimEnd()
  );
}
function drawWorst({ name, passed, results: { tuned } }) {
  const alike = tuned.min === tuned.max && passed !== true;
  const shown = tuned.worst.filter(({ score }) => score === null || score < tuned.max || alike);
  if (shown.length === 0) return [];
  const lines = ["", `${oneLine(name)}: what the tuned model did worst at`];
  for (const { prompt, answer, score, note } of shown) {
    const said = score === null ? "failed" : `score ${Number(score.toFixed(4))}`;
    lines.push(`  ${said}${note === null ? "" : `  ${cut(oneLine(note), 200)}`}`);
    if (prompt !== null) lines.push(`    asked     ${cut(oneLine(prompt), 200)}`);
    if (answer !== null) lines.push(`    answered  ${cut(oneLine(answer), 200)}`);
  }
  return lines;
}

// runner/js/evals.mjs
var attach = /* @__PURE__ */ Symbol.for("arkor.trainer.attach");
function attachEvals(request2, trainer2, module5) {
  const evals = findEvals(module5);
  if (typeof trainer2[attach] === "function") trainer2[attach]({ evals });
  else if (evals.length > 0) {
    say(request2, "warning: the evals are left out: this trainer is not one that createTrainer of this release makes");
  }
}
function findEvals(module5) {
  const manifest = [module5.arkor, module5.default].find((value) => value?._kind === "arkor" && value.eval !== void 0);
  return manifest === void 0 ? [] : [manifest.eval].flat();
}

// runner/js/misses.mjs
function describeMiss({ name, count: count2, failed, mean, threshold }) {
  const what = `${oneLine(String(name))}: `;
  if (failed > 0) return `${what}${failed} of ${count2} samples failed, so the threshold ${threshold} is missed`;
  return `${what}the mean ${below(mean, threshold)} is below the threshold ${threshold}`;
}
function below(mean, threshold) {
  for (let places = 4; places < 15; places++) {
    const text2 = String(Number(mean.toFixed(places)));
    if (Number(text2) < threshold) return text2;
  }
  return String(mean);
}

// runner/js/models.mjs
var fail = (message, hint, code) => Object.assign(new Error(message), { name: "ArkorError", hint, code });
async function chooseModels(read, { job: wanted, checkpoint, endpoint }) {
  const { job, events } = await findJob(read, wanted);
  const base = { key: "base", model: job.config.model, step: 0, target: { kind: "base", model: job.config.model } };
  const tuned = checkpoint === void 0 ? finalOf(job, events) : await checkpointOf(read, job, checkpoint);
  const models = [base, { key: "tuned", ...tuned }];
  const deployed = await findEndpoint(read, endpoint);
  if (deployed) models.push({ key: "deployed", ...deployed });
  return { job, models };
}
async function findJob(read, wanted) {
  const list2 = async (query) => (await read(["v1", "jobs"], query))?.jobs ?? [];
  if (wanted === void 0) {
    const [latest] = newestFirst(await list2({ status: "completed", limit: "1" })).filter(isCompleted);
    if (!latest) throw fail("the project has no completed training", "train one with `arkor start`", "no_job");
    return await jobWithEvents(read, latest.id);
  }
  const jobs = newestFirst(await list2());
  const exact = jobs.filter(({ id }) => id === wanted);
  const found = exact.length > 0 ? exact : jobs.filter(({ id, name }) => id.startsWith(wanted) || name === wanted);
  if (found.length === 0) {
    const hint = "`arkor jobs list` shows them; without a name `arkor eval` takes the latest that completed";
    throw fail(`no job of this project is called ${JSON.stringify(wanted)}`, hint, "job_not_found");
  }
  if (found.length > 1) {
    const error = fail(`${found.length} jobs are called ${JSON.stringify(wanted)}:`, "name one of them by the beginning of its id", "job_ambiguous");
    throw Object.assign(error, { details: candidates(found) });
  }
  return await jobWithEvents(read, found[0].id);
}
var maxCandidates = 10;
function candidates(jobs) {
  const lines = jobs.slice(0, maxCandidates).map(({ id, status, createdAt }) => `  ${id}  ${String(status).padEnd("completed".length)}  ${ago(createdAt)}`);
  return jobs.length > maxCandidates ? [...lines, `  and ${jobs.length - maxCandidates} more`] : lines;
}
function ago(timestamp) {
  const minutes = Math.floor((Date.now() - Date.parse(timestamp)) / 6e4);
  if (!Number.isFinite(minutes)) return String(timestamp);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days < 60 ? `${days} days ago` : String(timestamp).slice(0, "2026-01-02".length);
}
var isCompleted = ({ status }) => status === "completed";
var newestFirst = (jobs) => [...jobs].sort((a, b) => a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0);
async function jobWithEvents(read, id) {
  const { job, events = [] } = await read(["v1", "jobs", id]) ?? {};
  if (typeof job?.config?.model !== "string") throw fail(`the backend does not say which model job ${id} is of`, "", "unexpected_response");
  return { job, events };
}
function finalOf(job, events) {
  if (!isCompleted(job)) {
    throw fail(`job ${job.id} is ${job.status} and has no final adapter`, "name one of its checkpoints with --checkpoint STEP", "no_adapter");
  }
  const said = events.findLast(({ type }) => type === "training.completed")?.metrics?.finalStep;
  const step = said ?? Math.max(0, ...events.map(({ step: step2 }) => Number.isFinite(step2) ? step2 : 0));
  return { model: { kind: "final", jobId: job.id }, step, target: { kind: "final", step } };
}
async function checkpointOf(read, job, step) {
  const known = (await read(["v1", "jobs", job.id, "metrics"], { points: "10" }))?.metrics?.checkpoints;
  if (Array.isArray(known) && !known.includes(step)) {
    const hint = known.length === 0 ? "it has none; saveSteps of the trainer says how often one is saved" : `it has ${known.length === 1 ? "that of step" : "those of the steps"} ${known.join(", ")}`;
    throw fail(`job ${job.id} has no checkpoint of step ${step}`, hint, "no_adapter");
  }
  return { model: { kind: "checkpoint", jobId: job.id, step }, step, target: { kind: "checkpoint", step } };
}
async function findEndpoint(read, slug) {
  const all = (await read(["v1", "endpoints"]))?.deployments ?? [];
  const [latest] = all.filter(({ enabled }) => enabled).sort((a, b) => a.updatedAt < b.updatedAt ? 1 : -1);
  const found = slug === void 0 ? latest : all.find((one) => one.slug === slug);
  if (!found) {
    if (slug === void 0) return void 0;
    const hint = all.length === 0 ? "it has none" : `it has ${all.map((one) => one.slug).join(", ")}`;
    throw fail(`the project has no endpoint ${slug}`, hint, "endpoint_not_found");
  }
  const { target } = found;
  const of = { target: { kind: "endpoint", slug: found.slug } };
  if (target.kind === "base_model") return { ...of, model: target.baseModel, step: 0, adapter: { model: target.baseModel } };
  if (target.adapter.kind === "checkpoint") return { ...of, model: target.adapter, step: target.adapter.step, adapter: target.adapter };
  const { job, events } = await jobWithEvents(read, target.adapter.jobId);
  return { ...of, model: target.adapter, step: finalOf(job, events).step, adapter: target.adapter };
}

// runner/js/trainer.mjs
var noTrainer = {
  message: "Training entry must export `arkor` (from createArkor({...})) or `trainer` (from createTrainer({...})), or default-export one of them.",
  hint: "see src/arkor/index.ts of a new project: `arkor init`",
  code: "no_trainer"
};
function findTrainer(module5) {
  return manifestOrTrainer(module5.arkor) ?? trainer(module5.trainer) ?? manifestOrTrainer(module5.default) ?? (isObject(module5.default) ? trainer(module5.default.trainer) : null);
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

// runner/js/compare.mjs
var evaluate = /* @__PURE__ */ Symbol.for("arkor.trainer.evaluate");
var get = /* @__PURE__ */ Symbol.for("arkor.trainer.get");
var concurrency = 4;
var noEvals = {
  message: "the project has no evals",
  hint: "give createArkor one in src/arkor/index.ts, as below",
  code: "no_evals",
  example: `  import { createArkor, defineDataset, defineEval } from "arkor";
  const heldOut = defineDataset({ type: "file", path: "data/heldout.jsonl" });
  const valid = defineEval({
    name: "valid JSON", dataset: heldOut, limit: 50, threshold: 0.9,
    schema: { type: "object", required: ["category", "urgency"] },
  });
  export const arkor = createArkor({ trainer, eval: valid });`
};
async function compare({ request: request2, run, signals, output, refuse }) {
  const module5 = await request2.load();
  signals.begin();
  const trainer2 = findTrainer(module5);
  if (!trainer2) return refuse(noTrainer);
  const evals = findEvals(module5);
  if (evals.length === 0) return refuse(noEvals);
  if (typeof trainer2[evaluate] !== "function" || typeof trainer2[get] !== "function") {
    const message = "the trainer cannot be asked to compare models";
    return refuse({ message, hint: `it was made by another package, or by an older release of arkor: \`${request2.upgrade}\``, code: "no_eval" });
  }
  run.doing = "asking the backend";
  const { job, models } = await chooseModels((...args) => trainer2[get](...args), request2.compare);
  const rows = await measureAll(trainer2, evals, job, models, run);
  if (run.stopping) return 1;
  const misses = rows.filter(({ passed }) => passed === false);
  const comparison = {
    job: { id: job.id, name: job.name, dryRun: job.config.dryRun === true },
    models: Object.fromEntries(models.map(({ key, target, adapter }) => [key, { ...target, ...adapter && { adapter } }])),
    evals: rows,
    passed: misses.length === 0
  };
  output.compared(comparison, () => drawComparison(comparison, request2.compare.worst));
  for (const { name, threshold, results } of misses) say(request2, describeMiss({ name, threshold, ...results.tuned }));
  return misses.length > 0 ? 1 : 0;
}
async function measureAll(trainer2, evals, job, models, run) {
  const { signal } = new AbortController();
  const progress = evalProgress();
  const rows = [];
  try {
    for (const one of evals) {
      const results = {};
      let threshold;
      let passed;
      const known = /* @__PURE__ */ new Map();
      for (const { key, model, step, target } of models) {
        run.doing = `eval ${one.name}`;
        const onSample = (done, count3) => progress.show(one.name, key, done, count3);
        const same = JSON.stringify(model);
        const question = { eval: one, job, model, step, target, signal, concurrency, onSample };
        const { result, worst } = known.get(same) ?? await trainer2[evaluate](question);
        known.set(same, { result, worst });
        const { count: count2, failed, mean, min, max } = result;
        results[key] = { count: count2, failed, mean, min, max, worst };
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

// runner/js/evaluate.mjs
import { writeFileSync } from "node:fs";
import process9 from "node:process";

// runner/js/describe.mjs
var describeSymbol = /* @__PURE__ */ Symbol.for("arkor.trainer.describe");
function describe3(module5) {
  const trainer2 = findTrainer(module5);
  if (!trainer2) return null;
  const name = String(trainer2.name ?? "");
  if (typeof trainer2[describeSymbol] !== "function") return { name };
  return { name, ...trainer2[describeSymbol](), evals: findEvals(module5).map((found) => String(found?.name ?? "")) };
}

// runner/js/evaluate.mjs
async function evaluate2(request2) {
  const answer = (value) => writeFileSync(request2.result, JSON.stringify(value));
  const settled = noticeStall(request2, { doing: "loading the module" }, () => answer(null));
  let status = 0;
  try {
    const module5 = await request2.load();
    answer(request2.mode === "manifest" ? { trainer: describe3(module5) } : config(module5));
  } catch (error) {
    report(request2, error);
    answer(null);
    status = 1;
  }
  settled();
  process9.stderr.write("", () => process9.exit(status));
}
function config(module5) {
  const value = module5.default;
  const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return { type, value: type === "object" ? value : null };
}

// runner/js/dry-run.mjs
var override = /* @__PURE__ */ Symbol.for("arkor.trainer.override");
function makeDryRun(request2, trainer2) {
  const code = "no_dry_run";
  if (typeof trainer2[override] !== "function") {
    return {
      message: "this trainer cannot be made a dry run: it was not made by createTrainer of this version of the package arkor",
      hint: `write dryRun: true into the trainer, or upgrade the package: \`${request2.upgrade}\``,
      code
    };
  }
  if (trainer2[override]({ dryRun: true }) === false) {
    return {
      message: "the trainer was started while it was being loaded, too early to make a dry run of it",
      hint: "leave the call of start() to `arkor start`",
      code
    };
  }
  say(request2, "dry run: a few steps on a small sample");
  return null;
}

// runner/js/ending.mjs
function createEnding(request2) {
  let lastStep = 0;
  let metrics = {};
  return {
    event(event) {
      if (event?.type === "training.log" && Number.isFinite(event.step)) lastStep = Math.max(lastStep, event.step);
      if (event?.type === "training.completed") metrics = event.metrics ?? {};
    },
    tell() {
      const line = describe4(metrics, lastStep);
      if (line) say(request2, line);
    }
  };
}
function describe4({ finalStep, bestStep, bestEvalLoss, stoppedEarly }, lastStep) {
  if (!Number.isFinite(bestStep) || !Number.isFinite(bestEvalLoss)) return "";
  const best = `step ${bestStep}, where the eval loss was lowest (${bestEvalLoss.toFixed(4)})`;
  const kept = finalStep === bestStep;
  if (stoppedEarly === true) {
    return `stopped early at step ${lastStep}; ${kept ? `the final adapter is that of ${best}` : `the best was ${best}`}`;
  }
  return kept && bestStep < lastStep ? `the final adapter is that of ${best}` : "";
}

// runner/js/preview.mjs
import process10 from "node:process";

// runner/js/draw.mjs
var shownLines = { trained: [10, 3], ignored: [6, 3], cut: [6, 3] };
var words = {
  longest: "longest",
  typical: "typical",
  shortest: "shortest",
  all_masked: "nothing trained",
  end_not_trained: "end not trained",
  no_answer: "no answer",
  held_out_leak: "leak",
  masked_samples: "answer cut off",
  cut_samples: "cut",
  empty_answers: "empty answer",
  duplicates: "duplicate",
  shared_prompts: "shared prompt"
};
function drawPreview(preview2, { name = "", width = 80, color = false } = {}) {
  const paint = painter(color);
  const room = Math.max(40, width);
  const title = paint("title", `Preview of ${printable(name) || "the run"} on ${printable(String(preview2.model ?? "the backend's model"))}`);
  const samples = list(preview2.samples).filter((sample) => list(sample?.runs).length > 0);
  if (samples.length === 0 && !preview2.train) return [];
  const lines = [title, ""];
  if (samples.length > 0) lines.push(legend(paint, color), "");
  for (const sample of samples) lines.push(...drawSample(sample, preview2, room, paint), "");
  for (const [label, text2] of summary(preview2)) lines.push(...row(label, text2, room, paint));
  if (list(preview2.warnings).length + list(preview2.estimate?.warnings).length > 0) lines.push("");
  for (const problem of list(preview2.warnings)) lines.push(...row("warning", place(problem) + problem.message + (problem.hint ? `; ${problem.hint}` : ""), room, paint));
  for (const text2 of list(preview2.estimate?.warnings)) lines.push(...row("warning", String(text2), room, paint));
  return lines;
}
function tellPreview(preview2) {
  const { train: train2, heldOut, steps, estimate } = preview2;
  if (!(train2?.samples > 0)) return "";
  const takes = [time(estimate?.seconds), memory(estimate?.memoryBytes)].filter(Boolean).join(", ");
  const warnings = list(preview2.warnings).length + list(estimate?.warnings).length;
  return [
    `${count(train2.samples, "sample")}${heldOut?.samples > 0 ? `, ${digits(heldOut.samples)} held out` : ""}`,
    `${perSample(train2.trained, train2)} of ${perSample(train2.tokens, train2)} tokens a sample are trained`,
    [Number.isFinite(steps) ? count(steps, "step") : "", takes && `about ${takes}`].filter(Boolean).join(", "),
    warnings > 0 ? `${count(warnings, "warning")}: arkor start --preview` : ""
  ].filter(Boolean).join("; ");
}
var marks = { trained: "+", ignored: " ", cut: "-" };
var bars = { trained: "┃", ignored: "│", cut: "╳" };
var codes = { title: "1", label: "1", trained: "1;32", ignored: "2", cut: "31;9", warning: "1;33", dim: "2", legendCut: "31" };
function painter(color) {
  if (!color) return (style, text2) => text2;
  return (style, text2) => text2 === "" ? "" : `\x1B[${codes[style]}m${text2}\x1B[0m`;
}
function legend(paint, color) {
  const mark = (state, text2) => color ? paint(state, `${bars[state]} ${text2}`) : `${marks[state]} ${text2}`;
  return `${mark("trained", "trained")}   ${color ? mark("ignored", "only read") : "(no mark) only read"}   ${color ? `${paint("legendCut", bars.cut)} ${paint("cut", "cut off")}` : mark("cut", "cut off")}`;
}
function drawSample(sample, preview2, width, paint) {
  const why = list(sample.why).map((reason2) => words[reason2] ?? printable(String(reason2)));
  const cut2 = Math.max(0, sample.tokens - preview2.maxLength);
  const facts = `${count(sample.tokens, "token")}, ${digits(sample.trained)} trained${cut2 > 0 ? `, ${digits(cut2)} cut off` : ""}`;
  const head = `${paint("label", why.join(", "))}  ${printable(location(sample))}  ${paint("dim", facts)}`;
  return [head, ...stretches(sample).flatMap(({ state, text: text2 }) => drawStretch(state, text2, width, paint)), ...more(sample, paint)];
}
function more(sample, paint) {
  return sample.more > 0 ? [paint("dim", `  … and ${count(sample.more, "more token")}`)] : [];
}
function stretches(sample) {
  const joined = [];
  for (const run of sample.runs) {
    const state = Object.hasOwn(marks, run?.state) ? run.state : "ignored";
    const last = joined[joined.length - 1];
    if (last?.state === state) last.text += String(run.text);
    else joined.push({ state, text: String(run?.text) });
  }
  return joined.map(({ state, text: text2 }) => ({ state, text: text2.replace(/^\n+|\n+$/g, "") })).filter(({ text: text2 }) => text2 !== "");
}
function drawStretch(state, text2, width, paint) {
  const lines = text2.split("\n").flatMap((line) => wrap(printable(line), width - 4));
  const [head, tail] = shownLines[state];
  const left = lines.length - head - tail;
  const shown = left > 2 ? [...lines.slice(0, head), `… ${left} more lines …`, ...lines.slice(-tail)] : lines;
  const colored = paint("dim", "x") !== "x";
  return shown.map((line) => {
    if (!colored) return `  ${marks[state]} ${line}`.trimEnd();
    return `  ${paint(state === "cut" ? "legendCut" : state, bars[state])} ${paint(state, line)}`.trimEnd();
  });
}
function summary(preview2) {
  const { train: train2, heldOut, maxLength, steps, batchSize, epochs, estimate } = preview2;
  if (!(train2?.samples > 0)) return [];
  const rows = [
    ["samples", `${digits(train2.samples)} for training (${train2.file})${heldOut ? `, ${digits(heldOut.samples)} held out (${heldOut.file})` : ", none held out"}`],
    ["tokens", `${digits(train2.tokens)}, of which ${digits(train2.trained)} are trained: ${perSample(train2.trained, train2)} of ${perSample(train2.tokens, train2)} a sample`],
    ["lengths", lengths(train2, heldOut, maxLength)],
    ["duplicates", duplicates(train2, heldOut)]
  ];
  if (list(preview2.refusals).length > 0) return rows;
  rows.push([
    "training",
    `${count(steps, "step")} of ${count(batchSize, "sample")}, ${epochs === 1 ? "1 epoch" : `${Number(epochs?.toFixed(1))} epochs`}${preview2.dryRun ? " (dry run)" : ""}`
  ]);
  const takes = [time(estimate?.seconds), estimate?.memoryBytes ? `${memory(estimate.memoryBytes)} of memory` : ""].filter(Boolean);
  if (takes.length > 0) rows.push(["takes", `about ${takes.join(" and ")}${estimate.fits === true ? ", which is free now" : ""}`]);
  return rows;
}
function lengths(train2, heldOut, maxLength) {
  const longest2 = list(train2.longest).map(({ line, tokens }, i) => `${digits(tokens)}${line > 0 ? ` (${i === 0 ? "line " : ""}${line})` : ""}`);
  const cut2 = [
    train2.cut > 0 ? `${digits(train2.cut)} of ${digits(train2.samples)} are cut` : "",
    heldOut?.cut > 0 ? `${digits(heldOut.cut)} of those held out are cut` : ""
  ].filter(Boolean);
  return `longest ${longest2.join(", ")}; the limit is ${digits(maxLength)} tokens: ${cut2.join(", ") || "none is cut"}`;
}
function duplicates(train2, heldOut) {
  const found = [
    train2.duplicates > 0 ? `${digits(train2.duplicates)} among those for training` : "",
    heldOut?.duplicates > 0 ? `${digits(heldOut.duplicates)} among those held out` : ""
  ].filter(Boolean);
  return found.join(", ") || "none";
}
var labelWidth = 12;
function row(label, text2, width, paint) {
  const lines = wrap(printable(text2), width - labelWidth);
  const style = label === "warning" ? "warning" : "label";
  return lines.map((line, i) => (i === 0 ? paint(style, label) + " ".repeat(Math.max(1, labelWidth - label.length)) : " ".repeat(labelWidth)) + line);
}
function location({ file, line }) {
  return `${file}${line > 0 ? `:${line}` : ""}`;
}
function place(problem) {
  return problem.file ? `${location(problem)}: ` : "";
}
function list(value) {
  return Array.isArray(value) ? value : [];
}
function digits(n) {
  return Number.isFinite(n) ? n.toLocaleString("en-US") : "?";
}
function count(n, noun) {
  return `${digits(n)} ${noun}${n === 1 ? "" : "s"}`;
}
function perSample(tokens, { samples }) {
  return digits(Math.round(tokens / samples));
}
function time(seconds) {
  return range(seconds, (s) => {
    if (s < 90) return [Math.max(1, s < 10 ? Math.round(s) : 5 * Math.round(s / 5)), "s"];
    if (s < 90 * 60) return [Math.round(s / 60), "min"];
    return [Math.round(s / 360) / 10, "h"];
  });
}
function memory(bytes) {
  return range(bytes, (n) => n < 95e6 ? [Math.round(n / 1e6), "MB"] : [Math.round(n / 1e8) / 10, "GB"]);
}
function range(value, convert) {
  if (!Number.isFinite(value?.low) || !Number.isFinite(value?.high)) return "";
  const [[low, small], [high, large]] = [convert(value.low), convert(value.high)];
  if (small !== large) return `${low} ${small} to ${high} ${large}`;
  return low === high ? `${high} ${large}` : `${low} to ${high} ${large}`;
}
function printable(text2) {
  return text2.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}]/gu, (c) => {
    if (c === "‍") return c;
    return c === "	" ? "→" : `<U+${c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}>`;
  });
}
var wide = /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
var graphemes;
var cells = (grapheme) => wide.test(grapheme) ? 2 : /^\p{M}/u.test(grapheme) ? 0 : 1;
function wrap(text2, width) {
  const lines = [];
  let line = [];
  let used = 0;
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  for (const { segment } of graphemes.segment(text2)) {
    const size = cells(segment);
    if (used + size > width) {
      const space = line.lastIndexOf(" ");
      const rest = space >= 0 && space > line.length / 2 ? line.splice(space + 1) : [];
      lines.push(line.join("").trimEnd());
      line = rest;
      used = rest.reduce((sum, character) => sum + cells(character), 0);
    }
    line.push(segment);
    used += size;
  }
  return [...lines, line.join("")];
}

// runner/js/preview.mjs
var previewSymbol = /* @__PURE__ */ Symbol.for("arkor.trainer.preview");
function announce(request2, event) {
  if (event?.type !== "preview" || event.preview?.refusals?.length > 0) return;
  const line = tellPreview(event.preview);
  if (line) say(request2, line);
}
async function preview(request2, run, trainer2, output) {
  if (typeof trainer2[previewSymbol] !== "function") {
    const message = "this trainer cannot be previewed";
    const hint = `it was made by another package, or by an older release of arkor: \`${request2.upgrade}\``;
    say(request2, message, hint);
    output.failed({ message, hint, code: "no_preview" });
    return 1;
  }
  run.doing = "the preview";
  const answer = await trainer2[previewSymbol]();
  if (run.stopping) return 1;
  output.preview(answer, () => {
    const { isTTY, columns } = process10.stdout;
    const color = Boolean(isTTY) && !process10.env.NO_COLOR && process10.env.TERM !== "dumb";
    const width = Math.min(columns || 80, 100);
    return drawPreview(answer.preview, { name: String(trainer2.name ?? ""), width, color });
  });
  if (!answer.preview) {
    say(request2, `no preview: ${answer.unavailable}`);
    return 1;
  }
  for (const { file, line, message, hint } of answer.preview.refusals) {
    const place2 = file ? `${file}${line > 0 ? `:${line}` : ""}: ` : "";
    say(request2, `refused: ${place2}${message}`, hint);
  }
  return answer.preview.refusals.length > 0 ? 1 : 0;
}

// runner/js/source.mjs
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync as existsSync2 } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname as dirname3, join as join2 } from "node:path";
import process11 from "node:process";
var patienceMs2 = 5e3;
async function noteSource(request2, jobID) {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(jobID)) return;
  const folder = join2(request2.dir, ".arkor", "source");
  const unfinished = join2(folder, `${jobID}.${process11.pid}.tmp`);
  try {
    const [artifact, repository] = await Promise.all([readFile(request2.module), lookAtRepository(request2.dir)]);
    const source = { ...repository, artifactHash: createHash("sha256").update(artifact).digest("hex") };
    await mkdir(folder, { recursive: true, mode: 448 });
    await writeFile(unfinished, JSON.stringify(source) + "\n", { mode: 384 });
    await rename(unfinished, join2(folder, `${jobID}.json`));
  } catch {
    await rm(unfinished, { force: true }).catch(() => {
    });
  }
}
async function lookAtRepository(dir) {
  const none = { commit: "", changed: false };
  if (!isInRepository(dir)) return none;
  const text2 = await new Promise((resolve2) => {
    const ask = ["status", "--porcelain=v2", "--branch", "--untracked-files=no"];
    const options = { cwd: dir, timeout: patienceMs2, env: { ...process11.env, GIT_OPTIONAL_LOCKS: "0" }, windowsHide: true, maxBuffer: 8 << 20 };
    execFile("git", ask, options, (error, stdout) => resolve2(error ? "" : stdout));
  });
  const commit = /^# branch\.oid ([0-9a-f]+)$/m.exec(text2)?.[1];
  return commit ? { commit, changed: /^[^#\n]/m.test(text2) } : none;
}
function isInRepository(dir) {
  for (let at = dir; ; at = dirname3(at)) {
    if (existsSync2(join2(at, ".git"))) return true;
    if (at === dirname3(at)) return false;
  }
}

// runner/js/start.mjs
var observe = /* @__PURE__ */ Symbol.for("arkor.trainer.observe");
async function train({ request: request2, run, signals, progress, output, refuse }) {
  const module5 = await request2.load();
  signals.begin();
  const trainer2 = findTrainer(module5);
  if (!trainer2) return refuse(noTrainer);
  if (request2.dryRun) {
    const failure = makeDryRun(request2, trainer2);
    if (failure) return refuse(failure);
  }
  if (request2.preview) return await preview(request2, run, trainer2, output);
  const misses = [];
  const ending = createEnding(request2);
  trainer2[observe]?.((event) => {
    if (!run.stopping) announce(request2, event);
    progress.event(event);
    output.event(event);
    ending.event(event);
    if (event?.type === "threshold.missed") misses.push(event);
  });
  attachEvals(request2, trainer2, module5);
  run.doing = "start()";
  run.trainer = trainer2;
  run.starting = Promise.resolve(trainer2.start());
  run.jobID = String((await run.starting)?.jobId ?? "");
  if (run.stopping) return 0;
  output.submitted(run.jobID, string2(trainer2.name));
  const noted = noteSource(request2, run.jobID);
  if (request2.detach) {
    await noted;
    say(request2, `job ${run.jobID || "unknown"} goes on and is not followed; no callback runs`, followHint(request2, run.jobID));
    output.detached(run.jobID);
    return 0;
  }
  progress.begin();
  run.doing = "wait()";
  const job = (await trainer2.wait())?.job;
  progress.end();
  if (run.stopping) return 0;
  const id = String(job?.id ?? run.jobID);
  const state = String(job?.status ?? "unknown");
  output.finished(id, state, string2(job?.error));
  switch (state) {
    case "completed":
      ending.tell();
      for (const miss of misses) say(request2, `eval ${describeMiss(miss)}`);
      return misses.length > 0 ? 1 : 0;
    case "failed":
      say(request2, job.error ? excerpt(String(job.error)) : `job ${id} failed, and the backend gave no reason`);
      return 1;
    case "cancelled":
      say(request2, `job ${id} was cancelled`);
      return 1;
  }
  say(request2, `wait() ended without a final status (${state}): whether the training succeeded is not known`);
  return 0;
}
function string2(value) {
  return typeof value === "string" ? value : void 0;
}

// runner/js/main.mjs
var oldestNode = 20;
var request = JSON.parse(process12.argv[process12.argv.length - 1]);
process12.argv = [process12.argv[0], request.module];
request.load = async () => {
  refuseOldNode();
  try {
    process12.setSourceMapsEnabled?.(true);
  } catch {
  }
  usePlugAndPlay(request.pnp);
  return import(pathToFileURL(request.module).href);
};
var work = { start: train, eval: compare }[request.mode];
if (work) runCommand(request, work);
else evaluate2(request);
function refuseOldNode() {
  const { bun, deno, node } = process12.versions;
  if (bun || deno || Number.parseInt(node, 10) >= oldestNode) return;
  throw Object.assign(new Error(`node ${node} at ${process12.execPath} is too old`), {
    name: "ArkorError",
    hint: `install node ${oldestNode} or newer, or name another runtime in ARKOR_JS_RUNTIME`
  });
}
function usePlugAndPlay(path) {
  if (!path || process12.versions.pnp) return;
  module4.createRequire(path)(path).setup();
  const loader = join3(path, "..", ".pnp.loader.mjs");
  if (existsSync3(loader)) module4.register?.(pathToFileURL(loader).href);
}
