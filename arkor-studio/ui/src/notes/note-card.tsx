import { useState } from "preact/hooks";

import "./notes.css";
import { messageOf } from "../net/api.ts";
import { useGuard } from "../studio.ts";
import { Button } from "../parts/button.tsx";
import { ErrorBox } from "../parts/states.tsx";
import { noNote, splitTags, type Note } from "./note.ts";
import type { KnownNotes } from "./use-notes.ts";
import { Tags } from "./tags.tsx";

interface NoteCardProps {
  readonly id: string;
  /** What the job was called when it was made. */
  readonly jobName: string;
  readonly known: KnownNotes;
}

/** A name, tags and a text of one's own about a job. */
export function NoteCard({ id, jobName, known }: NoteCardProps) {
  const [editing, edit] = useState(false);
  const note = known.notes.get(id) ?? noNote;
  return (
    <section class="card" aria-labelledby="notes">
      <div class="card-head">
        <h2 id="notes">Notes</h2>
        {!editing && known.ready && known.error === null && (
          <Button label="Edit the notes" onClick={() => edit(true)}>
            Edit
          </Button>
        )}
      </div>
      <div class="card-body note-body">
        {known.error !== null && <ErrorBox what="Failed to load the notes" error={known.error} />}
        {editing ? (
          <Form
            note={note}
            jobName={jobName}
            onDone={() => edit(false)}
            onSave={async (next) => {
              await known.save(id, next);
              edit(false);
            }}
          />
        ) : (
          <Shown note={note} />
        )}
      </div>
    </section>
  );
}

function Shown({ note }: { readonly note: Note }) {
  if (note.text === "" && note.tags.length === 0) return <p class="quiet">A name of your own, tags, what you think of it: kept in this folder, in .arkor/notes.json.</p>;
  return (
    <>
      <Tags tags={note.tags} linked />
      {note.text !== "" && (
        <p class="note-text" dir="auto">
          {note.text}
        </p>
      )}
    </>
  );
}

interface FormProps {
  readonly note: Note;
  readonly jobName: string;
  readonly onSave: (note: Note) => Promise<void>;
  readonly onDone: () => void;
}

function Form({ note, jobName, onSave, onDone }: FormProps) {
  const [name, setName] = useState(note.name);
  const [tags, setTags] = useState(note.tags.join(", "));
  const [text, setText] = useState(note.text);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const changed = name !== note.name || text !== note.text || splitTags(tags).join() !== note.tags.join();
  useGuard(changed && !busy ? "What you wrote about this job is not saved." : null);
  async function save(event: Event): Promise<void> {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      await onSave({ name, text, tags: splitTags(tags) });
    } catch (reason) {
      setError(messageOf(reason));
      setBusy(false);
    }
  }
  return (
    <form class="note-form" onSubmit={(event) => void save(event)}>
      <label>
        Name
        <input class="field" autoComplete="off" maxLength={120} placeholder={jobName} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>
        Tags
        <input class="field" autoComplete="off" placeholder="baseline, keep" value={tags} onInput={(event) => setTags(event.currentTarget.value)} />
      </label>
      <label>
        Note
        <textarea class="field" rows={4} maxLength={4000} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      {error !== "" && (
        <p class="text-bad" role="alert">
          {error}
        </p>
      )}
      <div class="row">
        <Button kind="primary" submits busy={busy}>
          Save
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}
