import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProjectScope } from "./client.ts";
import { ProjectStateMismatchError, ProjectStateMissingError } from "./errors.ts";
import { asRecord, asString, parseJson } from "./json.ts";

/** Who asks for the project: only anonymous identities are tied to one organisation. */
export interface Identity {
  readonly mode: string;
  readonly orgSlug: string | null;
}

/** Returns the project that `.arkor/state.json` under `cwd` names for this identity. */
export async function readProjectScope(cwd: string, identity: Identity): Promise<ProjectScope> {
  const text = await readFile(join(cwd, ".arkor", "state.json"), "utf8").catch(() => "");
  const state = asRecord(parseJson(text));
  const orgSlug = asString(state?.["orgSlug"]);
  const projectSlug = asString(state?.["projectSlug"]);
  const complete = asString(state?.["projectId"]) !== undefined;
  if (orgSlug === undefined || projectSlug === undefined || !complete) {
    throw new ProjectStateMissingError(
      "No .arkor/state.json found. Create it by hand with { orgSlug, projectSlug, projectId } " +
        "pointing at the project you want to use.",
    );
  }
  if (identity.mode === "anon" && identity.orgSlug !== orgSlug) {
    throw new ProjectStateMismatchError(
      "This workspace's .arkor/state.json is scoped to a different organization than your " +
        "current anonymous session. Delete .arkor/state.json to start a fresh anonymous project, " +
        "or run `arkor login` with the account that owns that project.",
    );
  }
  return { orgSlug, projectSlug };
}
