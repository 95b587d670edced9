import { mkdir, readFile, realpath, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { isToken, type Credentials } from "./credentials.ts";
import { AuthError } from "./errors.ts";
import { asRecord, asString, parseJson } from "./json.ts";
import { warn, writeWhole } from "./whole-file.ts";

/** Returns where the user's credentials are, or would be: `~/.arkor/credentials.json`. */
export function credentialsPath(): string {
  return join(homedir(), ".arkor", "credentials.json");
}

/**
 * Returns the credentials on file: an account's or an anonymous identity's. Null
 * when there is no file, or none that is JSON.
 *
 * Rejects when the file cannot be read, and with AuthError when it holds what
 * this release cannot use: it may be a good sign-in that must not be replaced.
 */
export async function readCredentials(): Promise<Credentials | null> {
  const found = await load(credentialsPath());
  return typeof found === "string" ? null : found;
}

/**
 * Stores credentials, readable by their owner only. A file that is not JSON is
 * kept under another name, which a warning tells; one that `readCredentials`
 * rejects is left alone, and the error is the same.
 */
export async function writeCredentials(credentials: Credentials): Promise<void> {
  if (credentials.mode !== "oauth" && credentials.mode !== "anon") {
    throw new AuthError("auth_failed", `Credentials of mode "${String(credentials.mode)}" are never stored.`);
  }
  const path = credentialsPath();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const corrupt = (await load(path)) === "corrupt";
  // Where the path is a link, the file is replaced and not the link.
  const target = await realpath(path).catch(() => path);
  if (corrupt) {
    const aside = `${target}.corrupt-${new Date().toISOString().replaceAll(/[-:]/g, "")}`;
    await rename(target, aside);
    warn(`${path} could not be parsed and is being replaced. Run \`arkor login\` to sign in again.`);
    warn(`its content is kept in ${aside}`);
  }
  await writeWhole(target, JSON.stringify(credentials, null, 2));
}

/** Reads the file; a string says why there is nobody in it. */
async function load(path: string): Promise<Credentials | "absent" | "corrupt"> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "absent";
    throw error;
  }
  text = text.replace(/^\ufeff/, "");
  const value = parseJson(text);
  if (text.trim() === "" || value === null) return "absent";
  if (value === undefined) return "corrupt";
  const problem = problemOf(value);
  if (problem === undefined) return value as Credentials;
  throw new AuthError("auth_failed", `${path} cannot be used: ${problem}`, {
    hint: "move the file away, or remove it with `arkor logout`; then sign in again",
  });
}

function problemOf(value: unknown): string | undefined {
  const fields = asRecord(value);
  if (fields === undefined) return "it does not hold an object";
  const mode = asString(fields["mode"]) ?? "";
  if (mode !== "anon" && mode !== "oauth") return `its mode ${JSON.stringify(mode)} is not known to this release`;
  const token = asString(fields[mode === "anon" ? "token" : "accessToken"]);
  if (!token) return "it holds no token";
  return isToken(token) ? undefined : "its token holds a character that no token has";
}
