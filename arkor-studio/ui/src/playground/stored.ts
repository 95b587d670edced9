/** What the page remembers of a playground for as long as the tab is open. */

type Storage = Pick<globalThis.Storage, "getItem" | "setItem" | "removeItem">;

export function recall(storage: () => Storage, key: string): unknown {
  try {
    return JSON.parse(storage().getItem(key) ?? "null") as unknown;
  } catch {
    return null;
  }
}

/** null forgets. */
export function remember(storage: () => Storage, key: string, value: unknown): void {
  try {
    if (value === null) storage().removeItem(key);
    else storage().setItem(key, JSON.stringify(value));
  } catch {
    // Full, or forbidden: the page works without.
  }
}
