import { useLayoutEffect, useRef } from "preact/hooks";

import { capitalise, formatCount, plural } from "../formats/text.ts";
import { Button } from "../parts/button.tsx";
import { EmptyState } from "../parts/states.tsx";
import { Said } from "../parts/said.tsx";
import { useFollow } from "../parts/use-follow.ts";
import type { Chosen, Sources } from "../sources/use-sources.ts";
import { isOpen, type Conversation } from "./conversation.ts";
import { ToolCalls } from "./tool-calls.tsx";
import { ToolResults, type ResultsProps } from "./tool-results.tsx";
import { speedOf, wantsResults, type Reply } from "./turns.ts";

/** How near the end of a conversation counts as following it. */
const tolerance = 24;

interface TurnsProps {
  readonly conversation: Conversation;
  readonly chosen: readonly Chosen[];
  readonly sources: Sources;
  /** Why nothing can be sent; "" where it can. */
  readonly blocked: string;
  /** The settings make every answer a call. */
  readonly callsAgain: boolean;
  /** Asks for the last answer of one pane again. */
  readonly onRetry: (pane: number) => void;
  /** Gives what the calls of one pane's last answer have returned; false where it cannot be sent. */
  readonly onResults: (pane: number, results: readonly string[]) => boolean;
}

export function Turns({ conversation, chosen, sources, blocked, callsAgain, onRetry, onResults }: TurnsProps) {
  const pane = useRef<HTMLDivElement>(null);
  const turns = conversation.turns.get();
  useFollow(pane, turns, tolerance);
  const last = turns.at(-1);
  return (
    <>
      <div ref={pane} class="turns" tabIndex={0} role="group" aria-label="Messages">
        {turns.length === 0 && <Nothing chosen={chosen} sources={sources} />}
        {turns.map((turn, at) => (
          <div key={at} class="turn">
            <div class="prompt">
              <span class="hidden">You: </span>
              {turn.prompt}
            </div>
            <div class={`replies panes-${turn.replies.length}`}>
              {turn.replies.map((reply, number) => (
                <Answer
                  key={number}
                  reply={reply}
                  onRetry={turn === last && !conversation.busy ? () => onRetry(number) : null}
                  results={turn === last && wantsResults(reply) ? { blocked, callsAgain, onSend: (given) => onResults(number, given) } : null}
                />
              ))}
            </div>
          </div>
        ))}
      </div>
      {/* An answer is read out when it is there, and not piece by piece. */}
      <div class="hidden" role="status">
        {last?.replies.filter(({ state }) => state === "done").map((reply) => `${reply.from}: ${reply.text} ${reply.calls.map(({ name }) => `calls ${name}`).join(", ")} `)}
      </div>
    </>
  );
}

interface AnswerProps {
  readonly reply: Reply;
  readonly onRetry: (() => void) | null;
  /** null where no results are wanted. */
  readonly results: (Pick<ResultsProps, "blocked" | "callsAgain"> & { readonly onSend: (given: readonly string[]) => boolean }) | null;
}

function Answer({ reply, onRetry, results }: AnswerProps) {
  const text = useRef<HTMLParagraphElement>(null);
  const gave = useRef(false);
  useLayoutEffect(() => {
    if (!gave.current) return;
    gave.current = false;
    text.current?.focus(); // the fields are gone
  }, [reply.rounds.length]);
  return (
    <div class="reply" aria-busy={isOpen(reply)}>
      <p class="reply-from">{reply.from}</p>
      {reply.rounds.map((round, at) => (
        <div key={at} class="tool-round">
          {round.text !== "" && <p class="reply-text">{round.text}</p>}
          <ToolCalls calls={round.calls} open={false} />
        </div>
      ))}
      <p ref={text} tabIndex={-1} class={reply.state === "writing" ? "reply-text writing" : "reply-text"}>
        {reply.text}
        {reply.state === "waiting" && <span class="quiet">Waiting for the first words…</span>}
        {reply.state === "done" && reply.text === "" && reply.calls.length === 0 && <span class="quiet">(an empty answer)</span>}
      </p>
      {results ? <ToolResults key={reply.rounds.length} from={reply.from} calls={reply.calls} {...results} onSend={(given) => (gave.current = results.onSend(given))} /> : <ToolCalls calls={reply.calls} open={isOpen(reply)} />}
      {reply.state === "failed" && (
        <div class="error-box" role="alert">
          <div>
            <p>
              <strong>No answer:</strong> {reply.error}
            </p>
            {reply.hint !== "" && (
              <p class="quiet">
                <Said text={capitalise(reply.hint)} />
              </p>
            )}
          </div>
          {onRetry && <Button onClick={onRetry}>Retry</Button>}
        </div>
      )}
      <p class="reply-stats">{statistics(reply)}</p>
    </div>
  );
}

function statistics(reply: Reply): string {
  const parts = reply.state === "stopped" ? ["stopped"] : [];
  if (reply.firstMs !== null) {
    const speed = speedOf(reply);
    parts.push(`first token ${reply.firstMs < 1000 ? `${Math.round(reply.firstMs)} ms` : `${(reply.firstMs / 1000).toFixed(1)} s`}`);
    if (speed !== null) parts.push(`${speed < 10 ? speed.toFixed(1) : formatCount(Math.round(speed))} tokens/s`);
    parts.push(plural(reply.tokens, "token"));
  }
  return parts.join(" · ");
}

function Nothing({ chosen, sources }: Pick<TurnsProps, "chosen" | "sources">) {
  const adapters = chosen.filter(({ wish }) => wish.adapter !== null);
  if (adapters.length > 0 && sources.jobs === null) return <EmptyState title="Loading jobs…" />;
  if (adapters.some(({ source, loading }) => source === null && !loading)) {
    return (
      <EmptyState title="No checkpoint yet">
        The job has saved nothing that could answer. Its <em>saveSteps</em> say when it does.
      </EmptyState>
    );
  }
  const none = sources.jobs !== null && !sources.jobs.some(({ status }) => status === "completed");
  return (
    <EmptyState title="Ready when you are" {...(none && { command: "arkor start" })}>
      {none ? "No completed jobs yet: ask the base model, or train one to compare it with." : "Ask something. Models side by side all answer the same."}
    </EmptyState>
  );
}
