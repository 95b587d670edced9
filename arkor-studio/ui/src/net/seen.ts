/** Which frames of a stream were there already. */
export class Seen {
  #highest = -1n;
  #others = new Set<string>();

  /** Whether a frame with this id is new; one without an id always is. */
  isNew(id: string): boolean {
    if (id === "") return true;
    // Our backend counts; other ids mean nothing but themselves.
    if (/^\d{1,30}$/.test(id)) {
      const number = BigInt(id);
      if (number <= this.#highest) return false;
      this.#highest = number;
      return true;
    }
    if (this.#others.has(id)) return false;
    this.#others.add(id);
    return true;
  }
}
