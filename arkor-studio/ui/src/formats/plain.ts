/** Marks that turn the direction of what follows, and characters that nobody sees. */
const unseen = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A name as it reads: none of its characters makes it look like another one. */
export function plain(text: string): string {
  return text.replace(unseen, "");
}
