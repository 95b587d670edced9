/** The longest line we hold in memory. */
const maxLineBytes = 16 * 1024 * 1024;

/** Why a file is not JSON Lines. */
export interface LineProblem {
  /** Counted from 1. */
  readonly line: number;
  readonly kind: "not_utf8" | "not_json" | "not_object" | "too_long";
  readonly message: string;
}

/** One line that holds a sample. */
export interface Line {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  readonly value: object;
}

/**
 * Checks JSON Lines as their bytes come by: UTF-8, one object per line, blank
 * lines allowed. Stops looking at the first problem. `onSample`, if given, gets
 * each line that is sound.
 */
export class LineChecker {
  readonly #onSample: ((line: Line) => void) | undefined;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #parts: Uint8Array[] = [];
  #length = 0;
  #line = 0;
  #samples = 0;
  #problem: LineProblem | undefined;

  constructor(onSample?: (line: Line) => void) {
    this.#onSample = onSample;
  }

  /** How many lines hold an object. */
  get samples(): number {
    return this.#samples;
  }

  /** Takes the next bytes; returns the first problem found so far. */
  push(bytes: Uint8Array): LineProblem | undefined {
    let start = 0;
    while (this.#problem === undefined) {
      const end = bytes.indexOf(10, start);
      const part = bytes.subarray(start, end < 0 ? undefined : end);
      this.#length += part.length;
      if (this.#length > maxLineBytes) {
        this.#problem = {
          line: this.#line + 1,
          kind: "too_long",
          message: `the line is longer than ${maxLineBytes / 1024 / 1024} MiB`,
        };
        break;
      }
      // The caller may reuse its buffer, so what is kept is copied.
      if (end < 0) {
        if (part.length > 0) this.#parts.push(part.slice());
        break;
      }
      this.#parts.push(part);
      this.#endLine();
      start = end + 1;
    }
    return this.#problem;
  }

  /** Takes the end of the file; returns the first problem. */
  end(): LineProblem | undefined {
    if (this.#problem === undefined && this.#length > 0) this.#endLine();
    return this.#problem;
  }

  #endLine(): void {
    this.#line++;
    const bytes = this.#parts.length === 1 ? this.#parts[0] : join(this.#parts, this.#length);
    this.#parts = [];
    this.#length = 0;
    const problem = this.#check(bytes ?? new Uint8Array());
    if (problem !== undefined) this.#problem = { line: this.#line, ...problem };
  }

  #check(bytes: Uint8Array): Omit<LineProblem, "line"> | undefined {
    let text: string;
    try {
      text = this.#decoder.decode(bytes);
    } catch {
      return { kind: "not_utf8", message: "not UTF-8 text" };
    }
    if (this.#line === 1 && text.startsWith("\ufeff")) text = text.slice(1);
    if (/^[ \t\r]*$/.test(text)) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      const reason = error instanceof Error ? error.message.replace(/\s+/g, " ") : String(error);
      return { kind: "not_json", message: `not JSON: ${reason}` };
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      const what = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
      return { kind: "not_object", message: `not a JSON object but ${what}` };
    }
    this.#samples++;
    this.#onSample?.({ line: this.#line, text, value });
    return undefined;
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
