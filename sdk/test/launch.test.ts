import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { version } from "../src/version.ts";
import { root } from "./support/vectors.ts";

const source = (path: string) => fileURLToPath(new URL(path, root));
const platform = `@arkor/${process.platform}-${process.arch}`;

interface Installed {
  /** Where node_modules lies, links resolved. */
  readonly folder: string;
  /** The launcher of the package. */
  readonly script: string;
  /** Writes a program of the platform's package, which says what it was given and does what `code` says. */
  program(name: string, code?: string): string;
}

/** A project in which the package of a command is installed as it is published. */
function installed(t: TestContext, command: "arkor" | "create-arkor"): Installed {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "launch-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const modules = join(folder, "node_modules");
  const target = join(modules, command);
  cpSync(source("bin/"), join(target, "bin"), { recursive: true });
  writeFileSync(join(target, "package.json"), JSON.stringify({ optionalDependencies: { [platform]: "1.0.0" } }));
  return {
    folder,
    script: join(target, "bin", `${command}.cjs`),
    program(name, code = "") {
      const home = join(modules, platform);
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, "package.json"), "{}");
      return fake(join(home, "bin", name), code);
    },
  };
}

function fake(path: string, code: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!${process.execPath}
process.stdout.write(JSON.stringify([process.argv[1], ...process.argv.slice(2)]) + "\\n");
${code}`);
  chmodSync(path, 0o755);
  return path;
}

function run(script: string, env: Record<string, string>, args: string[] = [], input = "") {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: "utf8",
    env,
    input,
    timeout: 20_000,
  });
  return { status, signal, stdout, stderr };
}

test("both packages have no scripts, the version of the SDK, and the files that they start with", () => {
  for (const [command, path] of [["arkor", "package.json"], ["create-arkor", "create-arkor/package.json"]] as const) {
    const manifest = JSON.parse(readFileSync(source(path), "utf8")) as Record<string, unknown>;
    assert.equal(manifest["version"], version);
    assert.deepEqual(manifest["bin"], { [command]: `bin/${command}.cjs` });
    for (const name of Object.keys((manifest["scripts"] ?? {}) as object)) assert.doesNotMatch(name, /install|prepare/);
    assert.equal(manifest["dependencies"], undefined);
    for (const file of [`${command}.cjs`, "launch.cjs"]) {
      for (const [, name] of readFileSync(source(`bin/${file}`), "utf8").matchAll(/\brequire\("([^"]+)"\)/g)) {
        assert.match(name ?? "", /^(node:[a-z_]+|\.\/launch\.cjs|\.\.\/package\.json)$/, file);
      }
    }
  }
});

const posix = { skip: process.platform === "win32" };

test("arguments, streams and the exit status pass through", posix, (t) => {
  const code = `process.stdin.pipe(process.stderr); process.stdin.on("end", () => { process.exitCode = 7; });`;
  const args = ["my app", "--name", "-y", "--", "--no-agents-md", ""];
  for (const [command, name, before] of [["arkor", "arkor", []], ["create-arkor", "arkor-init", ["create"]]] as const) {
    const { script, program } = installed(t, command);
    const path = program(name, code);
    assert.deepEqual(run(script, {}, args, "typed\n"), {
      status: 7,
      signal: null,
      stdout: `${JSON.stringify([path, ...before, ...args])}\n`,
      stderr: "typed\n",
    });
  }
});

test("a runtime that can replace itself by the program does", posix, (t) => {
  const { folder, script, program } = installed(t, "arkor");
  const path = program("arkor");
  const stub = join(folder, "stub.cjs");
  writeFileSync(stub, `process.execve = (...args) => { console.log(JSON.stringify(args)); process.exit(3); };`);
  const { status, stdout } = run(script, { NODE_OPTIONS: `--require=${stub}`, A: "b" }, ["build", "a b"]);
  assert.equal(status, 3);
  const [file, args, env] = JSON.parse(stdout) as [string, string[], Record<string, string>];
  assert.deepEqual([file, args, env["A"]], [path, [path, "build", "a b"], "b"]);
});

test("the program in the package wins over the one on PATH, and ARKOR_INIT_BIN over both", posix, (t) => {
  const { folder, script, program } = installed(t, "create-arkor");
  const inPackage = program("arkor-init");
  mkdirSync(join(folder, "path"));
  symlinkSync(process.execPath, join(folder, "path", "arkor-init"));
  const env = { PATH: join(folder, "path") };
  const ran = (env: Record<string, string>) => (JSON.parse(run(script, env).stdout) as string[])[0];
  assert.equal(ran(env), inPackage);
  const named = fake(join(folder, "named"), "");
  assert.equal(ran({ ...env, ARKOR_INIT_BIN: named }), named);
});

test("without its package the program on PATH runs, never a launcher that is there", posix, (t) => {
  const { folder, script } = installed(t, "arkor");
  const on = (name: string) => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name, "arkor");
  };
  symlinkSync(script, on(".bin")); // npm, yarn
  writeFileSync(on("pnpm"), `#!/bin/sh\nexec node "${script}" "$@"\n`, { mode: 0o755 });
  writeFileSync(on("plain"), "\x7fELF", { mode: 0o644 });
  writeFileSync(on("empty"), "", { mode: 0o755 });
  mkdirSync(on("folder"));
  symlinkSync("nowhere", on("dangling"));
  const folders = ["relative", "", ...[".bin", "pnpm", "plain", "folder", "dangling"].map((name) => join(folder, name))];
  const node = dirname(process.execPath); // for the script of pnpm, if it ran
  const missing = run(script, { PATH: [...folders, node].join(delimiter) }, ["-p", "1 + 1"]);
  assert.deepEqual([missing.status, missing.stdout], [1, ""]);
  assert.match(missing.stderr, /^arkor: the package .* is not installed\nhint: /);

  symlinkSync(process.execPath, on("native"));
  const found = run(script, { PATH: [...folders, join(folder, "native"), node].join(delimiter) }, ["-p", "1 + 1"]);
  assert.deepEqual(found, { status: 0, signal: null, stdout: "2\n", stderr: "" });
});

test("a missing package is named, with what keeps it away and what to do", (t) => {
  const { folder, script } = installed(t, "arkor");
  assert.deepEqual(run(script, { PATH: folder }), {
    status: 1,
    signal: null,
    stdout: "",
    stderr:
      `arkor: the package ${platform}, which holds arkor, is not installed\n` +
      "hint: install again without --omit=optional or --no-optional; " +
      "if the lockfile was made on another system, delete it and node_modules first\n",
  });
  // A platform that we do not build for.
  writeFileSync(join(dirname(dirname(script)), "package.json"), "{}");
  const unknown = run(script, { PATH: folder });
  assert.equal(unknown.status, 1);
  assert.equal(
    unknown.stderr,
    `arkor: arkor is not installed, and this package brings none for ${basename(platform)}\n` +
      "hint: build it from source and put it on PATH\n",
  );
});

test("a program that cannot be started is named with the reason", posix, (t) => {
  const { folder, script, program } = installed(t, "create-arkor");
  chmodSync(program("arkor-init"), 0o644);
  const denied = run(script, {});
  assert.equal(denied.status, 1);
  assert.match(denied.stderr, /^create-arkor: cannot run .*arkor-init: EACCES.*\n$/);
  const absent = run(script, { ARKOR_INIT_BIN: join(folder, "absent") });
  assert.equal(absent.status, 1);
  assert.match(absent.stderr, /^create-arkor: cannot run .*absent: ENOENT.*\n$/);
});

test("a signal that ends the program ends the launcher", posix, (t) => {
  const { script, program } = installed(t, "arkor");
  for (const signal of ["SIGTERM", "SIGINT", "SIGKILL"]) {
    program("arkor", `process.kill(process.pid, "${signal}"); setTimeout(() => {}, 9e3);`);
    const { status, signal: end } = run(script, {});
    assert.deepEqual([status, end], [null, signal]);
  }
});

test("signals are handed on once, and the answer to them comes back", posix, async (t) => {
  const { folder, script, program } = installed(t, "arkor");
  const note = join(folder, "signals");
  program("arkor", `
const fs = require("node:fs");
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    fs.appendFileSync(${JSON.stringify(note)}, signal + "\\n");
    setTimeout(() => process.exit(130), 200);
  });
}
console.log("ready");
setInterval(() => {}, 1000);`);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    rmSync(note, { force: true });
    const child = spawn(process.execPath, [script], { env: {}, stdio: ["ignore", "pipe", "ignore"] });
    t.after(() => child.kill("SIGKILL"));
    let text = "";
    child.stdout.on("data", (data: Buffer) => {
      text += String(data);
      if (text.endsWith("ready\n")) child.kill(signal);
    });
    const end = await new Promise((resolve) => child.on("exit", (code, by) => resolve([code, by])));
    assert.deepEqual(end, [130, null]);
    assert.equal(readFileSync(note, "utf8"), `${signal}\n`);
  }
});
