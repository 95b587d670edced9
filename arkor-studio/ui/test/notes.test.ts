import assert from "node:assert/strict";
import { test } from "node:test";

import { plain } from "../src/formats/plain.ts";
import { parseJob } from "../src/net/shapes.ts";
import { hasTag, nameOf, noNote, parseNotes, splitTags, tagsOf } from "../src/notes/note.ts";

test("B12: notes are read from whatever the server says", () => {
  const notes = parseNotes({ notes: { a: { name: "x", tags: ["b", 1, "a"] }, b: null, c: "d" } });
  assert.deepEqual([...notes], [["a", { name: "x", text: "", tags: ["b", "a"] }], ["b", noNote], ["c", noNote]]);
  assert.equal(parseNotes(null).size, 0);
  assert.equal(nameOf({ id: "a", name: "own" }, notes), "x");
  assert.equal(nameOf({ id: "b", name: "own" }, notes), "own");
});

test("B12: tags are the same in any case, and a comma ends one", () => {
  assert.deepEqual(splitTags(" keep, ,run 10 ,"), ["keep", "run 10"]);
  assert.deepEqual(tagsOf([{ ...noNote, tags: ["run 10", "Keep"] }, { ...noNote, tags: ["keep", "run 9"] }]), ["Keep", "run 9", "run 10"]);
  assert.equal(hasTag({ ...noNote, tags: ["Keep"] }, "kEEP"), true);
  assert.equal(hasTag(undefined, "keep"), false);
});

test("a name has no characters that make it look like another one", () => {
  assert.equal(plain("\u202etxt.exe\u2066\u0000\u001b[31m \u00fc \u05d0"), "txt.exe[31m \u00fc \u05d0");
  assert.equal(parseJob({ id: "a", name: "a\u202eb" })?.name, "ab");
});
