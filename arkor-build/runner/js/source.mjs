// Writes down what a job was started from, for whoever looks at it later.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";

const patienceMs = 5000;

/** Leaves a file about the job in the project. A run does not depend on it, so that it may fail is nobody's business. */
export async function noteSource(request, jobID) {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(jobID)) return; // it becomes a file's name
  const folder = join(request.dir, ".arkor", "source");
  const unfinished = join(folder, `${jobID}.${process.pid}.tmp`);
  try {
    const [artifact, repository] = await Promise.all([readFile(request.module), lookAtRepository(request.dir)]);
    const source = { ...repository, artifactHash: createHash("sha256").update(artifact).digest("hex") };
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(unfinished, JSON.stringify(source) + "\n", { mode: 0o600 });
    await rename(unfinished, join(folder, `${jobID}.json`));
  } catch {
    await rm(unfinished, { force: true }).catch(() => {});
  }
}

/** The commit of the folder, and whether files that git knows differ from it. */
async function lookAtRepository(dir) {
  const none = { commit: "", changed: false };
  if (!isInRepository(dir)) return none;
  const text = await new Promise((resolve) => {
    const ask = ["status", "--porcelain=v2", "--branch", "--untracked-files=no"];
    const options = { cwd: dir, timeout: patienceMs, env: { ...process.env, GIT_OPTIONAL_LOCKS: "0" }, windowsHide: true, maxBuffer: 8 << 20 };
    execFile("git", ask, options, (error, stdout) => resolve(error ? "" : stdout));
  });
  const commit = /^# branch\.oid ([0-9a-f]+)$/m.exec(text)?.[1];
  return commit ? { commit, changed: /^[^#\n]/m.test(text) } : none;
}

/** To ask git costs more than to look. */
function isInRepository(dir) {
  for (let at = dir; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return true;
    if (at === dirname(at)) return false;
  }
}
