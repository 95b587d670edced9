import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as arkor from "../src/index.ts";
import { version } from "../src/version.ts";
import { root } from "./support/vectors.ts";

test("the exports are the ones of the interface", () => {
  assert.deepEqual(Object.keys(arkor).sort(), [
    "AnonymousTokenRejectedError",
    "ArkorError",
    "AuthError",
    "CloudApiClient",
    "CloudApiError",
    "DatasetError",
    "EntryError",
    "ProjectStateMismatchError",
    "ProjectStateMissingError",
    "ResponseShapeError",
    "StreamError",
    "SUPPORTED_MODELS",
    "UnsupportedModelError",
    "createArkor",
    "createTrainer",
    "credentialsPath",
    "defaultArkorCloudApiUrl",
    "ensureCredentials",
    "defineDataset",
    "defineEval",
    "isArkor",
    "readCredentials",
    "readInferStream",
    "readState",
    "requestAnonymousToken",
    "runTrainer",
    "statePath",
    "writeCredentials",
    "writeState",
  ].sort());
});

test("E1: there is one entry point, and nothing behind it", async () => {
  const name = "arkor"; // as a user of the package would import it
  const published = (await import(name)) as object;
  assert.deepEqual(Object.keys(published).sort(), Object.keys(arkor).sort());
  for (const path of ["dist/index.js", "dist/client.js", "src/client.ts"]) {
    await assert.rejects(import(`${name}/${path}`), { code: "ERR_PACKAGE_PATH_NOT_EXPORTED" });
  }
});

test("the package has no dependencies, no install scripts, and the version that is sent", () => {
  const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
    version: string;
    dependencies?: unknown;
    scripts: Record<string, string>;
  };
  assert.equal(manifest.version, version);
  assert.equal(manifest.dependencies, undefined);
  for (const name of ["preinstall", "install", "postinstall", "prepare"]) {
    assert.equal(manifest.scripts[name], undefined);
  }
});

test("the sources import nothing but each other and the runtime", () => {
  const folder = new URL("src/", root);
  for (const file of readdirSync(folder)) {
    const source = readFileSync(new URL(file, folder), "utf8");
    for (const [, name] of source.matchAll(/\bfrom "([^"]+)"/g)) {
      assert.match(name ?? "", /^(node:[a-z_/]+|\.\/[a-z-]+\.ts)$/, file);
    }
  }
});

test("importing the package prints nothing and keeps no process alive", () => {
  const index = new URL("build/src/index.js", root);
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileURLToPath(index)], {
    encoding: "utf8",
    timeout: 20_000,
  });
  assert.deepEqual([status, stdout, stderr], [0, "", ""]);
});

test("the example of the endpoints is the one that the compiler has seen", () => {
  const code = readFileSync(new URL("test/consumer/endpoints.ts", root), "utf8");
  assert.ok(readFileSync(new URL("README.md", root), "utf8").includes(`\`\`\`ts\n${code}\`\`\`\n`));
});
