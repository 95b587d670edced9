#!/usr/bin/env node
// Finds arkor-init and runs "arkor-init create" in the place of this process.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";
import { findBinary } from "./find-binary.js";

const path = findBinary(process.env, fileURLToPath(import.meta.url));
if (path === undefined) {
  fail(
    "arkor-init is not installed",
    "install the arkor tools and put them on PATH, or name the file in ARKOR_INIT_BIN",
  );
} else {
  become(path, ["create", ...process.argv.slice(2)]);
}

function become(path, args) {
  // A terminal sends Ctrl-C to us and to the child; a second one would cut the
  // child's orderly end short.
  const atTerminal = process.platform === "win32" || [0, 1, 2].some((stream) => isatty(stream));
  const child = spawn(path, args, { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !atTerminal) child.kill(signal);
    });
  }
  child.on("error", (error) => fail(`cannot run ${path}: ${error.message}`));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
    if (signal === null) return;
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    setTimeout(() => undefined, 1000); // for the signal to arrive
  });
}

function fail(message, hint) {
  process.stderr.write(`create-arkor: ${message}\n`);
  if (hint !== undefined) process.stderr.write(`hint: ${hint}\n`);
  process.exitCode = 1;
}
