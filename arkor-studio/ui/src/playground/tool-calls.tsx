import type { ComponentChildren } from "preact";

import type { AnsweredCall, ToolCall } from "./turns.ts";

/** What an answer wants to be called, instead of or beside its text, and what that gave. */
export function ToolCalls({ calls, open }: { readonly calls: readonly (ToolCall | AnsweredCall)[]; readonly open: boolean }) {
  return (
    <>
      {calls.map((call, at) => (
        <CallFigure key={at} call={call} open={open}>
          {"result" in call && (
            <>
              <span class="tool-result">Result</span>
              <pre tabIndex={0}>{pretty(call.result)}</pre>
            </>
          )}
        </CallFigure>
      ))}
    </>
  );
}

interface FigureProps {
  readonly call: ToolCall;
  /** Its arguments are still being written. */
  readonly open: boolean;
  /** Of the arguments, for what refers to them. */
  readonly id?: string;
  readonly children: ComponentChildren;
}

export function CallFigure({ call, open, id, children }: FigureProps) {
  return (
    <figure class="tool-call">
      <figcaption>
        Calls <code>{call.name || "…"}</code>
      </figcaption>
      <pre id={id} tabIndex={0}>
        {open ? call.arguments : pretty(call.arguments)}
      </pre>
      {children}
    </figure>
  );
}

/** Arguments are JSON, if the model has kept to it; results often are. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
