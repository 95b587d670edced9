// What to say when the bundle imports a package that is not there.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

// node and bun; deno.
const patterns = [/Cannot find package ['"]([^'"]+)['"]/, /Import "([^"]+)" not a dependency/];

/** Returns message and hint for an import of a missing package, or null for any other error. */
export function missingPackage(error, dir) {
  const match = patterns.map((pattern) => pattern.exec(String(error?.message))).find(Boolean);
  if (!match || (error.code && error.code !== "ERR_MODULE_NOT_FOUND")) return null;
  const name = packageName(match[1]);
  if (/^[@~]\//.test(name)) {
    const message = `${match[1]} is neither a file nor the name of a package`;
    return { message, hint: "for a folder of your own, name it in `paths` of tsconfig.json" };
  }
  const manager = packageManager(dir);
  const listed = isListed(name, dir);
  return {
    message: `the package ${name} is not installed`,
    hint: listed
      ? `run \`${manager} install\` in the project`
      : `run \`${manager} ${manager === "npm" ? "install" : "add"} ${name}\` in the project`,
  };
}

function packageName(specifier) {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function isListed(name, dir) {
  const manifest = readManifest(dir);
  return ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"].some(
    (kind) => manifest[kind]?.[name] !== undefined,
  );
}

const lockfiles = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "yarn",
  "bun.lock": "bun",
  "bun.lockb": "bun",
  "package-lock.json": "npm",
};

/** Returns the package manager that a project, or a folder above it, uses. */
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
