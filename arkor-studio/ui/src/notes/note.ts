/** What people write about jobs. It stays in the project's folder. */

import { fieldsOf, textOf, type Job } from "../net/shapes.ts";

export interface Note {
  /** In the place of the job's own name; "" for none. */
  readonly name: string;
  readonly text: string;
  readonly tags: readonly string[];
}

export const noNote: Note = { name: "", text: "", tags: [] };

export type Notes = ReadonlyMap<string, Note>;

/** Reads the answer of GET /api/notes. */
export function parseNotes(value: unknown): Notes {
  return new Map(Object.entries(fieldsOf(fieldsOf(value)["notes"])).map(([id, note]) => [id, parseNote(note)]));
}

export function parseNote(value: unknown): Note {
  const { name, text, tags } = fieldsOf(value);
  return { name: textOf(name), text: textOf(text), tags: Array.isArray(tags) ? tags.map(textOf).filter((tag) => tag !== "") : [] };
}

/** What a job is called here. */
export function nameOf(job: Pick<Job, "id" | "name">, notes: Notes): string {
  return notes.get(job.id)?.name || job.name;
}

/** Every tag once, as it is written first, in the order of the alphabet. */
export function tagsOf(notes: Iterable<Note>): readonly string[] {
  const known = new Map<string, string>();
  for (const { tags } of notes) for (const tag of tags) if (!known.has(tag.toLowerCase())) known.set(tag.toLowerCase(), tag);
  return [...known.values()].toSorted((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}

export function hasTag(note: Note | undefined, tag: string): boolean {
  return note?.tags.some((own) => own.toLowerCase() === tag.toLowerCase()) ?? false;
}

/** Tags as they are typed. */
export function splitTags(text: string): readonly string[] {
  return text
    .split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
}
