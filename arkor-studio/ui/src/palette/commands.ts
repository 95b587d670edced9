/** What can be done from anywhere: by name in the palette, some of it with a single key. */

import { Value } from "../value.ts";

export interface Command {
  readonly name: string;
  /** Beside the name, in smaller words. */
  readonly note?: string;
  /** A key that does it, unless somebody types. */
  readonly key?: string;
  readonly run: () => void;
}

/** The commands of what is on the page now, those of the view first. */
export class Commands {
  readonly all = new Value<readonly Command[]>([]);
  readonly #groups = new Map<object, readonly Command[]>();

  /** Returns how to take them away. */
  add(group: readonly Command[]): () => void {
    const id = {};
    this.#groups.set(id, group);
    this.#tell();
    return () => {
      this.#groups.delete(id);
      this.#tell();
    };
  }

  ofKey(key: string): Command | undefined {
    return this.all.get().find((command) => command.key === key);
  }

  #tell(): void {
    const all = [...this.#groups.values()].toReversed().flat();
    // Of two for one key, that of the view means more here.
    this.all.set(all.filter(({ key }, at) => key === undefined || all.findIndex((other) => other.key === key) === at));
  }
}

/** The commands in whose names all words of a search begin a word, the best first. */
export function matching(commands: readonly Command[], search: string): readonly Command[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const scored = commands.map((command) => ({ command, score: scoreOf(command, words) }));
  return scored.filter(({ score }) => score > 0).toSorted((a, b) => b.score - a.score).map(({ command }) => command);
}

function scoreOf({ name, note }: Command, words: readonly string[]): number {
  const title = name.toLowerCase();
  const text = `${title} ${note?.toLowerCase() ?? ""}`;
  let score = 1;
  for (const word of words) {
    if (title.startsWith(word)) score += 4;
    else if (` ${title}`.includes(` ${word}`)) score += 3;
    else if (title.includes(word)) score += 2;
    else if (text.includes(word)) score += 1;
    else return 0;
  }
  return score;
}
