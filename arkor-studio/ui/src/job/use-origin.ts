/** Where a job came from: its data by their names, and its sources. */

import { datasetLabel } from "../formats/text.ts";
import { fieldsOf, textOf, type Fields } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { useStudio } from "../studio.ts";

export interface NamedDataset {
  readonly role: string;
  readonly name: string;
  /** Its id, of a file that was uploaded; else "". */
  readonly hash: string;
}

/** The ids of the files that a job was given. */
export function uploadsOf(config: Fields): readonly (readonly [role: string, id: string])[] {
  const source = fieldsOf(config["datasetSource"]);
  const files = [
    ["Dataset", textOf(source["datasetId"])],
    ["Held out", textOf(source["evalDatasetId"])],
  ] as const;
  return files.filter(([, id]) => id !== "");
}

/** What a job learned from. A backend that keeps no names leaves the hash. */
export function useDatasets(config: Fields | null): readonly NamedDataset[] {
  const { api } = useStudio();
  const uploads = uploadsOf(config ?? {});
  const { data } = usePoll(
    async (signal) => {
      const names = uploads.map(async ([, id]) => textOf(fieldsOf(fieldsOf(await api.get(`/api/datasets/${encodeURIComponent(id)}`, signal))["dataset"])["filename"]));
      return Promise.all(names.map((name) => name.catch(() => "")));
    },
    "datasets " + uploads.join(),
    () => null,
  );
  if (uploads.length === 0) return [{ role: "Dataset", name: datasetLabel(config ?? {}), hash: "" }];
  return uploads.map(([role, id], at) => ({ role, name: data?.[at] || id, hash: id }));
}

export interface Source {
  readonly commit: string;
  /** Whether files differed from those of the commit. */
  readonly changed: boolean;
  readonly artifactHash: string;
}

/** null where this folder did not start the job. */
export function parseSource(value: unknown): Source | null {
  const source = fieldsOf(fieldsOf(value)["source"]);
  const [commit, artifactHash] = [textOf(source["commit"]), textOf(source["artifactHash"])];
  return commit === "" && artifactHash === "" ? null : { commit, changed: source["changed"] === true, artifactHash };
}

export function useSource(id: string): Source | null {
  const { api } = useStudio();
  const path = `/api/jobs/${encodeURIComponent(id)}/source`;
  return usePoll(async (signal) => parseSource(await api.get(path, signal)), path, () => null).data;
}
