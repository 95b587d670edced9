import { accessSync, constants, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import process from "node:process";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the path of one of our executables: the one that `variable` names,
 * else one in the same folder as a sibling that is known by path, else the
 * first on PATH. Relative entries of PATH are passed over.
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
  if (beside !== undefined) folders.unshift(dirname(beside));
  return folders.map((folder) => join(folder, file)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
