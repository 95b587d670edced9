import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { root } from "./support/vectors.ts";

const platform = `@arkor/${process.platform}-${process.arch}`;

/** A project into which the package, as built, can be installed in several ways. */
class Project {
  readonly folder: string;

  constructor(t: TestContext) {
    this.folder = mkdtempSync(join(tmpdir(), "arkor-find-"));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Puts the package itself into a folder of packages. */
  install(packages: string): void {
    const folder = this.path(packages, "arkor");
    mkdirSync(folder, { recursive: true });
    cpSync(fileURLToPath(new URL("build/src", root)), join(folder, "dist"), { recursive: true });
    cpSync(fileURLToPath(new URL("package.json", root)), join(folder, "package.json"));
  }

  /** Puts a platform package into one, whose arkor-auth gives a token of its own. */
  installPlatform(packages: string, token: string): string {
    const folder = this.path(packages, ...platform.split("/"));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: platform, version: "0.0.0" }));
    return this.installBinary(join(folder, "bin"), token);
  }

  installBinary(folder: string, token: string): string {
    const path = join(folder, "arkor-auth");
    mkdirSync(folder, { recursive: true });
    const answer = JSON.stringify({ token, mode: "token", apiUrl: "http://x" });
    writeFileSync(path, `#!/bin/sh\necho '${answer}'\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** The token that a module of the project gets. */
  token(module: string, env: Record<string, string>): string {
    writeFileSync(this.path(module), 'const { ensureCredentials } = await import("arkor");\nconsole.log((await ensureCredentials()).token);\n');
    const { stdout, stderr } = spawnSync(process.execPath, [this.path(module)], {
      cwd: this.folder,
      encoding: "utf8",
      env,
    });
    assert.equal(stderr, "");
    return stdout.trimEnd();
  }
}

test(
  "a binary is the one of the variable, of the platform's package, on PATH, in this order (X2)",
  { skip: process.platform === "win32" },
  (t) => {
    const project = new Project(t);
    project.install("node_modules");
    const env = { PATH: dirname(project.installBinary(project.path("bin"), "path")) };
    assert.equal(project.token("a.mjs", env), "path");
    const packaged = project.installPlatform("node_modules", "package");
    assert.equal(project.token("a.mjs", env), "package");
    const ARKOR_AUTH_BIN = project.installBinary(project.path("named"), "named");
    assert.equal(project.token("a.mjs", { ...env, ARKOR_AUTH_BIN }), "named");
    // One that cannot be run is passed over.
    chmodSync(packaged, 0o644);
    assert.equal(project.token("a.mjs", env), "path");
  },
);

test(
  "the platform's package is found where only the package sees it, also from a bundle",
  { skip: process.platform === "win32" },
  (t) => {
    const project = new Project(t);
    const store = join("node_modules", ".store", "node_modules");
    project.install(store);
    project.installPlatform(store, "package");
    symlinkSync(project.path(store, "arkor"), project.path("node_modules", "arkor"), "dir");
    assert.equal(project.token("a.mjs", { PATH: "" }), "package");

    // The sources as a bundle of the user's own holds them.
    cpSync(project.path(store, "arkor", "dist"), project.path("out"), { recursive: true });
    const call = `import { findBinary } from ${JSON.stringify(project.path("out", "find-binary.js"))};
console.log(findBinary("arkor-auth", "NONE", {}));`;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", call], { encoding: "utf8" });
    assert.match(stdout, new RegExp(`[/\\\\]${process.platform}-${process.arch}[/\\\\]bin[/\\\\]arkor-auth\\n$`));
  },
);
