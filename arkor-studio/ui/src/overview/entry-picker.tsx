import { useState } from "preact/hooks";

import type { Manifest } from "../net/shapes.ts";
import { useStudio } from "../studio.ts";

interface PickerProps {
  readonly manifest: Manifest;
  readonly onError: (reason: unknown) => void;
}

/** Chooses what to train, where the project has more than one thing. */
export function EntryPicker({ manifest, onError }: PickerProps) {
  const { api } = useStudio();
  const [choice, setChoice] = useState("");
  const [seen, setSeen] = useState<readonly string[]>([]);
  // A module with a mistake in it keeps its neighbours.
  if (manifest.error === null && manifest.entries !== seen) setSeen(manifest.entries);
  const entries = (manifest.error === null ? manifest.entries : seen).toSorted();
  if (entries.length < 2) return null;
  const choose = async (entry: string): Promise<void> => {
    setChoice(entry);
    try {
      await api.post("/api/entry", { entry });
    } catch (reason) {
      onError(reason);
    }
  };
  return (
    <select class="field" aria-label="What to train" value={manifest.entry || choice || seen[0]} onChange={(event) => void choose(event.currentTarget.value)}>
      {entries.map((entry) => (
        <option key={entry} value={entry}>
          {entry.replace(/^src\/arkor\//, "")}
        </option>
      ))}
    </select>
  );
}
