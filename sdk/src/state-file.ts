import { mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { asRecord, asString, parseJson } from "./json.ts";
import { writeWhole } from "./whole-file.ts";

/** The project of a cloud that a folder belongs to. */
export interface ArkorProjectState {
  readonly orgSlug: string;
  readonly projectSlug: string;
  readonly projectId: string;
}

/** Returns where a folder's project is remembered: `.arkor/state.json` in it. */
export function statePath(cwd: string = process.cwd()): string {
  return join(cwd, ".arkor", "state.json");
}

/**
 * Returns the project that a folder belongs to, fields of others included. Null
 * when there is no file or none that says so; never rejects.
 */
export async function readState(cwd?: string): Promise<ArkorProjectState | null> {
  const found = await findState(cwd);
  return typeof found === "string" ? null : found;
}

/** Makes a project the one that a folder belongs to. */
export async function writeState(state: ArkorProjectState, cwd?: string): Promise<void> {
  const path = statePath(cwd);
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, `${JSON.stringify(state, null, 2)}\n`);
}

/** What a folder's state file says; a string says why it says nothing. */
export async function findState(cwd?: string): Promise<ArkorProjectState | "absent" | "damaged"> {
  let text: string;
  try {
    text = await readFile(statePath(cwd), "utf8");
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "absent" : "damaged";
  }
  const state = asRecord(parseJson(text.replace(/^\ufeff/, "")));
  const orgSlug = asString(state?.["orgSlug"]);
  const projectSlug = asString(state?.["projectSlug"]);
  const projectId = asString(state?.["projectId"]);
  if (orgSlug === undefined || projectSlug === undefined || projectId === undefined) return "damaged";
  return { ...state, orgSlug, projectSlug, projectId };
}
