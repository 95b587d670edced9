import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { version } from "../src/version.ts";
import { root } from "./support/vectors.ts";

const source = fileURLToPath(new URL("create-arkor/", root));
const platform = `@arkor/${process.platform}-${process.arch}`;

/** A folder in which create-arkor is installed, links resolved. */
function installed(t: TestContext): { folder: string; script: string } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "create-arkor-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const target = join(folder, "node_modules", "create-arkor");
  cpSync(source, target, { recursive: true });
  return { folder, script: join(target, "create-arkor.js") };
}

/** Writes an arkor-init that says where it lies and what it was given, then does what `code` says. */
function fake(path: string, code = ""): string {
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

test("create-arkor has no dependencies, no scripts, the version of arkor, and all it needs", () => {
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as Record<string, unknown>;
  assert.equal(manifest["version"], version);
  assert.deepEqual(manifest["bin"], { "create-arkor": "./create-arkor.js" });
  for (const key of Object.keys(manifest)) assert.doesNotMatch(key, /scripts|dependencies/i);
  const files = manifest["files"] as string[];
  assert.deepEqual([...files, "package.json"].sort(), readdirSync(source).sort());
  for (const file of files.filter((file) => file.endsWith(".js"))) {
    for (const [, name] of readFileSync(join(source, file), "utf8").matchAll(/\bfrom "([^"]+)"/g)) {
      assert.match(name ?? "", /^(node:[a-z_]+|\.\/[a-z-]+\.js)$/, file);
    }
  }
});

const posix = { skip: process.platform === "win32" };

test("create-arkor passes arguments, streams and the exit status through", posix, (t) => {
  const { folder, script } = installed(t);
  const code = `process.stdin.pipe(process.stderr); process.stdin.on("end", () => { process.exitCode = 7; });`;
  const path = fake(join(folder, "elsewhere"), code);
  const args = ["my app", "--name", "-y", "--", "--no-agents-md", ""];
  assert.deepEqual(run(script, { ARKOR_INIT_BIN: path }, args, "typed\n"), {
    status: 7,
    signal: null,
    stdout: `${JSON.stringify([path, "create", ...args])}\n`,
    stderr: "typed\n",
  });
});

test("arkor-init is looked for in ARKOR_INIT_BIN, in packages and on PATH", posix, (t) => {
  const { folder, script } = installed(t);
  const modules = join(folder, "node_modules");
  const binary = (modules: string) => {
    const path = fake(join(modules, platform, "bin", "arkor-init"));
    writeFileSync(join(modules, platform, "package.json"), "{}");
    return path;
  };
  const found = (env: Record<string, string>) => {
    const { stdout, stderr } = run(script, env);
    assert.equal(stderr, "");
    return (JSON.parse(stdout) as string[])[0];
  };
  // From the last place to the first.
  mkdirSync(join(folder, "first", "arkor-init"), { recursive: true });
  writeFileSync(join(folder, "arkor-init"), "not executable");
  const onPath = fake(join(folder, "second", "arkor-init"));
  const folders = ["relative", "", join(folder, "first"), folder, join(folder, "second")];
  const env = { PATH: folders.join(delimiter) };
  assert.equal(found(env), onPath);

  mkdirSync(join(modules, "arkor"), { recursive: true });
  writeFileSync(join(modules, "arkor", "package.json"), `{"exports":{"./package.json":"./package.json"}}`);
  assert.equal(found(env), onPath);
  const ofArkor = binary(join(modules, "arkor", "node_modules"));
  assert.equal(found(env), ofArkor);
  const beside = binary(modules);
  assert.equal(found(env), beside);
  const named = fake(join(folder, "named"));
  assert.equal(found({ ...env, ARKOR_INIT_BIN: named }), named);
});

test("without arkor-init create-arkor says what to do", (t) => {
  const { folder, script } = installed(t);
  assert.deepEqual(run(script, { PATH: folder }), {
    status: 1,
    signal: null,
    stdout: "",
    stderr:
      "create-arkor: arkor-init is not installed\n" +
      "hint: install the arkor tools and put them on PATH, or name the file in ARKOR_INIT_BIN\n",
  });
  const missing = join(folder, "missing");
  const { status, stderr } = run(script, { ARKOR_INIT_BIN: missing });
  assert.equal(status, 1);
  assert.match(stderr, /^create-arkor: cannot run .*missing: .*ENOENT\n$/);
});

test("a signal that ends arkor-init ends create-arkor", posix, (t) => {
  const { folder, script } = installed(t);
  for (const signal of ["SIGTERM", "SIGINT", "SIGKILL"]) {
    const code = `process.kill(process.pid, "${signal}"); setTimeout(() => {}, 9e3);`;
    const path = fake(join(folder, signal), code);
    const { status, signal: end } = run(script, { ARKOR_INIT_BIN: path });
    assert.deepEqual([status, end], [null, signal]);
  }
});

test("signals are handed on once, and the answer to them comes back", posix, async (t) => {
  const { folder, script } = installed(t);
  const note = join(folder, "signals");
  const path = fake(join(folder, "arkor-init"), `
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
    if (existsSync(note)) rmSync(note);
    const child = spawn(process.execPath, [script], {
      env: { ARKOR_INIT_BIN: path },
      stdio: ["ignore", "pipe", "ignore"],
    });
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
