import { accessSync, constants, statSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import process from "node:process";

/**
 * Returns the path of arkor-init: the one in ARKOR_INIT_BIN, else the one in
 * the npm package for this platform, else the first on PATH, whose relative
 * entries are passed over. The module is a file from which packages are looked
 * for.
 *
 * @param {Record<string, string | undefined>} env
 * @param {string} module
 * @returns {string | undefined}
 */
export function findBinary(env, module) {
  if (env.ARKOR_INIT_BIN) return env.ARKOR_INIT_BIN;
  const file = process.platform === "win32" ? "arkor-init.exe" : "arkor-init";
  const folders = (env.PATH ?? env.Path ?? "").split(delimiter).filter(isAbsolute);
  folders.unshift(...packageFolders(module));
  return folders.map((folder) => join(folder, file)).find(isExecutable);
}

/** The folders of executables in the platform's package, near us and near the package "arkor". */
function packageFolders(module) {
  const platform = `@arkor/${process.platform}-${process.arch}/package.json`;
  const arkor = resolve(module, "arkor/package.json");
  return [resolve(module, platform), arkor && resolve(arkor, platform)]
    .filter((manifest) => manifest !== undefined)
    .map((manifest) => join(dirname(manifest), "bin"));
}

function resolve(from, name) {
  try {
    return createRequire(from).resolve(name);
  } catch {
    return undefined;
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
