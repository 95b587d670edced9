/** Asks one or several models the same, and keeps what they answer. */

import { ApiError, messageOf } from "../net/api.ts";
import type { Source } from "../sources/source.ts";
import { Value } from "../value.ts";
import type { Piece } from "./ask.ts";
import type { Settings } from "./settings.ts";
import { chatBody, emptyReply, messagesFor, roundOf, withPiece, type ChatBody, type Reply, type Turn } from "./turns.ts";

/** Who answers in a pane. */
export interface Answerer {
  readonly source: Source;
  readonly label: string;
}

/** Yields an answer piece by piece. */
export type Ask = (body: ChatBody, signal: AbortSignal) => AsyncIterable<Piece>;

export class Conversation {
  readonly turns: Value<readonly Turn[]>;
  readonly #ask: Ask;
  readonly #now: () => number;
  #running = new Set<AbortController>();

  constructor(ask: Ask, turns: readonly Turn[] = [], now: () => number = () => performance.now()) {
    this.#ask = ask;
    this.#now = now;
    this.turns = new Value(turns);
  }

  get busy(): boolean {
    return this.#running.size > 0;
  }

  /** Asks everybody. Nothing happens while somebody still answers, or without a question. */
  send(prompt: string, answerers: readonly Answerer[], settings: Settings): boolean {
    if (this.busy || prompt.trim() === "" || answerers.length === 0) return false;
    this.turns.set([...this.turns.get(), { prompt, replies: answerers.map(({ label }) => emptyReply(label)) }]);
    answerers.forEach((_, pane) => void this.#answer(pane, answerers, settings));
    return true;
  }

  /** Goes on with a pane's answer to the last question, with a result for each of its calls. Nothing happens where one is missing. */
  giveResults(pane: number, results: readonly string[], answerers: readonly Answerer[], settings: Settings): boolean {
    const reply = this.turns.get().at(-1)?.replies[pane];
    const answerer = answerers[pane];
    const round = reply === undefined ? null : roundOf(reply, results);
    if (reply === undefined || answerer === undefined || round === null) return false;
    this.#change(pane, () => emptyReply(answerer.label, [...reply.rounds, round]));
    void this.#answer(pane, answerers, settings);
    return true;
  }

  /** Asks for the last answer again: of everybody, or of one pane alone. */
  again(answerers: readonly Answerer[], settings: Settings, pane?: number): void {
    const last = this.turns.get().at(-1);
    if (this.busy || last === undefined) return;
    answerers.forEach(({ label }, at) => {
      if (pane !== undefined && at !== pane) return;
      this.#change(at, ({ rounds }) => emptyReply(label, rounds));
      void this.#answer(at, answerers, settings);
    });
  }

  /** Ends every answer where it is. */
  stop(): void {
    for (const running of this.#running) running.abort();
    this.#running.clear();
    this.turns.set(this.turns.get().map((turn) => ({ ...turn, replies: turn.replies.map((reply) => (isOpen(reply) ? { ...reply, state: "stopped" } : reply)) })));
  }

  clear(): void {
    this.stop();
    this.turns.set([]);
  }

  async #answer(pane: number, answerers: readonly Answerer[], settings: Settings): Promise<void> {
    const turns = this.turns.get();
    const answerer = answerers[pane];
    const last = turns.at(-1);
    if (answerer === undefined || last === undefined) return;
    const running = new AbortController();
    this.#running.add(running);
    const began = this.#now();
    const change = (next: (reply: Reply) => Partial<Reply>): void => {
      if (this.#running.has(running)) this.#change(pane, (reply) => ({ ...reply, totalMs: this.#now() - began, ...next(reply) }));
    };
    const finish = (next: Partial<Reply>): void => {
      if (!this.#running.has(running)) return;
      // Nobody who hears of the end may find it still under way.
      this.#running.delete(running);
      this.#change(pane, (reply) => ({ ...reply, ...next }));
    };
    try {
      const messages = messagesFor(pane, turns.slice(0, -1), last.prompt, settings.system, last.replies[pane]?.rounds);
      for await (const piece of this.#ask(chatBody(answerer.source, messages, settings), running.signal)) {
        change((reply) => withPiece(reply, piece, this.#now() - began));
      }
      finish({ state: "done" });
    } catch (reason) {
      finish({ state: "failed", error: messageOf(reason), hint: reason instanceof ApiError ? reason.hint : "" });
    }
  }

  /** Changes a reply of the last turn. */
  #change(pane: number, next: (reply: Reply) => Reply): void {
    const turns = this.turns.get();
    const last = turns.at(-1);
    if (last === undefined) return;
    const replies = last.replies.map((reply, at) => (at === pane ? next(reply) : reply));
    this.turns.set([...turns.slice(0, -1), { ...last, replies }]);
  }
}

export function isOpen(reply: Reply): boolean {
  return reply.state === "waiting" || reply.state === "writing";
}
