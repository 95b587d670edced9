import { ProjectStateMismatchError, ProjectStateMissingError } from "./errors.ts";
import type { ProjectScope } from "./projects.ts";
import { findState, statePath } from "./state-file.ts";

/** Who asks for the project: only anonymous identities are tied to one organisation. */
export interface Identity {
  readonly mode: string;
  readonly orgSlug: string | null;
}

/** Returns the project that `.arkor/state.json` under `cwd` names for this identity. */
export async function readProjectScope(cwd: string, identity: Identity): Promise<ProjectScope> {
  const state = await findState(cwd);
  if (state === "absent") {
    throw new ProjectStateMissingError(
      "No .arkor/state.json found. Create it by hand with { orgSlug, projectSlug, projectId } " +
        "pointing at the project you want to use.",
    );
  }
  if (state === "damaged") {
    throw new ProjectStateMissingError(
      `${statePath(cwd)} does not hold { orgSlug, projectSlug, projectId }, three strings`,
      { hint: "repair the file, or move it away" },
    );
  }
  const { orgSlug, projectSlug } = state;
  if (identity.mode === "anon" && identity.orgSlug !== orgSlug) {
    throw new ProjectStateMismatchError(
      "This workspace's .arkor/state.json is scoped to a different organization than your " +
        "current anonymous session. Delete .arkor/state.json to start a fresh anonymous project, " +
        "or run `arkor login` with the account that owns that project.",
    );
  }
  return { orgSlug, projectSlug };
}
