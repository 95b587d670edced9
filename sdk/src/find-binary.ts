import { accessSync, constants, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import process from "node:process";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the path of one of our executables: the one that `variable` names,
 * else one in the same folder as a sibling that is known by path, else the one
 * in the npm package for this platform, else the first on PATH. Relative entries
 * of PATH are passed over.
 */
export function findBinary(
  name: string,
  variable: string,
  env: Environment,
  beside?: string,
): string | undefined {
  const named = env[variable];
  if (named) return named;
  const file = process.platform === "win32" ? `${name}.exe` : name;
  const folders = (env["PATH"] ?? env["Path"] ?? "").split(delimiter).filter(isAbsolute);
  folders.unshift(...packageFolders());
  if (beside !== undefined) folders.unshift(dirname(beside));
  return folders.map((folder) => join(folder, file)).find(isExecutable);
}

/**
 * The folders of executables in the platform's package, as seen from this module
 * and from the package "arkor": this module may be part of a user's bundle, and
 * a package manager may let only "arkor" see what "arkor" depends on.
 */
function packageFolders(): string[] {
  const platform = `@arkor/${process.platform}-${process.arch}/package.json`;
  const arkor = resolve(import.meta.url, "arkor/package.json");
  return [resolve(import.meta.url, platform), arkor && resolve(arkor, platform)]
    .filter((manifest) => manifest !== undefined)
    .map((manifest) => join(dirname(manifest), "bin"));
}

function resolve(from: string, name: string): string | undefined {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
