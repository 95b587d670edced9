// Finds one of our native programs and runs it in the place of this process.
// Every command of a project pays for what this file loads: it is CommonJS,
// which starts faster than a module, and requires a thing where it is needed.
"use strict";
const { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } = require("node:fs");
const { delimiter, dirname, isAbsolute, join } = require("node:path");

const platform = `@arkor/${process.platform}-${process.arch}`;
const suffix = process.platform === "win32" ? ".exe" : "";

/**
 * Runs a program with our streams and ends as it does. It is the file `path`
 * where that is given, else the one in the package for this platform, else the
 * first on PATH.
 *
 * @param {{ command: string, program: string, args: string[], path?: string }} options
 */
exports.launch = function launch({ command, program, args, path }) {
  const fail = (message, hint) => {
    process.stderr.write(`${command}: ${message}\n`);
    if (hint !== undefined) process.stderr.write(`hint: ${hint}\n`);
    process.exitCode = 1;
  };
  const file = path || inPackage(program) || onPath(program);
  if (file === undefined) return fail(...missing(program));
  try {
    accessSync(file, constants.X_OK);
  } catch (error) {
    return fail(`cannot run ${file}: ${error.message}`);
  }
  // Where the runtime can do it, nothing of it stays behind.
  if (process.platform !== "win32" && typeof process.execve === "function") {
    process.execve(file, [file, ...args], process.env);
  }
  run(file, args, (error) => fail(`cannot run ${file}: ${error.message}`));
};

function inPackage(program) {
  try {
    const manifest = require.resolve(`${platform}/package.json`);
    return join(dirname(manifest), "bin", program + suffix);
  } catch {
    return undefined;
  }
}

/** Relative entries of PATH are passed over. */
function onPath(program) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, program + suffix)).find(isNative);
}

/**
 * Whether a program is there that is not a script. A script may be this file
 * again, which package managers put on PATH: as a link to it, as a shell
 * script, or as an .exe beside a file that tells it what to run (bun).
 */
function isNative(path) {
  if (suffix !== "") return existsSync(path) && !existsSync(path.replace(/exe$/, "bunx"));
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile() && firstBytes(path) !== "#!";
  } catch {
    return false;
  }
}

function firstBytes(path) {
  const file = openSync(path, "r");
  const bytes = Buffer.alloc(2);
  readSync(file, bytes);
  closeSync(file);
  return bytes.toString("latin1");
}

/** What to say, and what to do about it, when there is no program. */
function missing(program) {
  const { optionalDependencies } = require("../package.json");
  if (optionalDependencies?.[platform] === undefined) {
    return [
      `${program} is not installed, and this package brings none for ${process.platform}-${process.arch}`,
      `build it from source and put it on PATH`,
    ];
  }
  return [
    `the package ${platform}, which holds ${program}, is not installed`,
    "install again without --omit=optional or --no-optional; " +
      "if the lockfile was made on another system, delete it and node_modules first",
  ];
}

function run(file, args, failed) {
  const { spawn } = require("node:child_process");
  const { isatty } = require("node:tty");
  // A terminal sends Ctrl-C to us and to the child; a second one would cut the
  // child's orderly end short.
  const atTerminal = process.platform === "win32" || [0, 1, 2].some((stream) => isatty(stream));
  const child = spawn(file, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !atTerminal) child.kill(signal);
    });
  }
  child.on("error", failed);
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (require("node:os").constants.signals[signal] ?? 0);
    if (signal === null) return;
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    setTimeout(() => undefined, 1000); // for the signal to arrive
  });
}
