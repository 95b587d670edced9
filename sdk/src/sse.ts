/** Parsing of event streams (text/event-stream). */

/** One complete frame. */
export interface Frame {
  /** Name of the event; empty when the frame had none. */
  readonly event: string;
  readonly data: string;
  /** The frame's own id; empty when it had none. */
  readonly id: string;
}

/** A frame beyond this is taken for a broken or hostile server. */
const maxFrameLength = 16 * 1024 * 1024;

/** Turns bytes into frames. Bytes may be split anywhere; a frame cut off by the end is never returned. */
export class FrameParser {
  readonly #decoder = new TextDecoder();
  #line = "";
  #afterCR = false;
  #event = "";
  #id = "";
  #data: string[] = [];
  #length = 0;

  /** Returns the frames that these bytes complete. */
  push(bytes: Uint8Array): Frame[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    const frames: Frame[] = [];
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const char = text[at];
      if (char !== "\n" && char !== "\r") {
        this.#afterCR = false;
        continue;
      }
      // The second half of CRLF, perhaps in another chunk than the first.
      const ended = char === "\n" && this.#afterCR;
      this.#afterCR = char === "\r";
      if (!ended) {
        const frame = this.#endLine(this.#line + text.slice(start, at));
        if (frame !== undefined) frames.push(frame);
        this.#line = "";
      }
      start = at + 1;
    }
    this.#line += text.slice(start);
    if (this.#length + this.#line.length > maxFrameLength) {
      throw new Error(`event stream frame longer than ${maxFrameLength} characters`);
    }
    return frames;
  }

  #endLine(line: string): Frame | undefined {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value.startsWith(" ")) value = value.slice(1);
    if (field === "data") {
      this.#data.push(value);
      this.#length += value.length + 1;
    } else if (field === "event") {
      this.#event = value;
    } else if (field === "id" && !value.includes("\0")) {
      this.#id = value;
    }
    return undefined;
  }

  #dispatch(): Frame | undefined {
    const frame = { event: this.#event, data: this.#data.join("\n"), id: this.#id };
    // Servers end a stream with a bare `event: end`; other frames need data.
    const complete = this.#data.length > 0 || frame.event === "end";
    this.#event = "";
    this.#id = "";
    this.#data = [];
    this.#length = 0;
    return complete ? frame : undefined;
  }
}
