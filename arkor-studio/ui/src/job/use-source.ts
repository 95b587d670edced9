/** What a job was started from. */

import { fieldsOf, textOf } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { useStudio } from "../studio.ts";

export interface Source {
  readonly commit: string;
  /** Whether files differed from those of the commit. */
  readonly changed: boolean;
  readonly artifactHash: string;
}

/** null where this folder did not start the job. */
function parseSource(value: unknown): Source | null {
  const source = fieldsOf(fieldsOf(value)["source"]);
  const [commit, artifactHash] = [textOf(source["commit"]), textOf(source["artifactHash"])];
  return commit === "" && artifactHash === "" ? null : { commit, changed: source["changed"] === true, artifactHash };
}

export function useSource(id: string): Source | null {
  const { api } = useStudio();
  const path = `/api/jobs/${encodeURIComponent(id)}/source`;
  return usePoll(async (signal) => parseSource(await api.get(path, signal)), path, () => null).data;
}
