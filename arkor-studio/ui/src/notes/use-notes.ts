import { useRef, useState } from "preact/hooks";

import { fieldsOf } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { useStudio } from "../studio.ts";
import { parseNote, parseNotes, type Note, type Notes } from "./note.ts";

/** Another tab may write, too. */
const pollMs = 15_000;
const none: Notes = new Map();

export interface KnownNotes {
  readonly notes: Notes;
  /** Whether they were asked for. */
  readonly ready: boolean;
  readonly error: unknown;
  /** Fails with the server's words. */
  readonly save: (id: string, note: Note) => Promise<void>;
}

/** The notes of the project. What was saved here counts until the server says something newer. */
export function useNotes(): KnownNotes {
  const { api } = useStudio();
  const saved = useRef(none);
  const [, redraw] = useState(0);
  const { data, error, refresh } = usePoll(
    async (signal) => {
      const notes = parseNotes(await api.get("/api/notes", signal));
      saved.current = none;
      return notes;
    },
    "notes",
    () => pollMs,
  );
  const notes = saved.current.size === 0 ? (data ?? none) : new Map([...(data ?? none), ...saved.current]);
  return {
    notes,
    ready: data !== null || error !== null,
    error,
    save: async (id, note) => {
      const kept = parseNote(fieldsOf(await api.ask(`/api/jobs/${encodeURIComponent(id)}/note`, { method: "PUT", body: note }))["note"]);
      saved.current = new Map([...saved.current, [id, kept]]);
      redraw((n) => n + 1);
      refresh();
    },
  };
}
