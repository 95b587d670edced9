import { useEffect, useRef, useState } from "preact/hooks";

import { datasetLabel } from "../formats/text.ts";
import { plain } from "../formats/plain.ts";
import { fieldsOf, textOf, type Fields } from "../net/shapes.ts";
import { useStudio } from "../studio.ts";

/** What uploaded files were called, by their ids; "" where nobody knows. */
export type Filenames = ReadonlyMap<string, string>;

/** The ids of the files that a job was given. */
export function uploadsOf(config: Fields): readonly (readonly [role: string, id: string])[] {
  const source = fieldsOf(config["datasetSource"]);
  const files = [
    ["Dataset", textOf(source["datasetId"])],
    ["Held out", textOf(source["evalDatasetId"])],
  ] as const;
  return files.filter(([, id]) => id !== "");
}

/** What a job was trained on, by the name that people know. */
export function datasetName(config: Fields, filenames: Filenames): string {
  const [first] = uploadsOf(config);
  return (first && filenames.get(first[1])) || datasetLabel(config);
}

/** Asks for the names of files, once for each: the name of some bytes never changes. */
export function useFilenames(ids: readonly string[]): Filenames {
  const { api } = useStudio();
  const known = useRef(new Map<string, string>());
  const asked = useRef(new Set<string>());
  const [, redraw] = useState(0);
  const gone = useRef(false);
  useEffect(() => () => void (gone.current = true), []);
  const wanted = [...new Set(ids)].filter((id) => !asked.current.has(id));
  useEffect(() => {
    for (const id of wanted) asked.current.add(id);
    void (async () => {
      for (const id of wanted) {
        const answer = await api.get(`/api/datasets/${encodeURIComponent(id)}`).catch(() => null);
        if (gone.current) return;
        known.current.set(id, plain(textOf(fieldsOf(fieldsOf(answer)["dataset"])["filename"])));
        redraw((n) => n + 1);
      }
    })();
  }, [wanted.join()]);
  return known.current;
}
