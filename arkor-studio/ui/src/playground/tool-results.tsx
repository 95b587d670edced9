import { useId, useState } from "preact/hooks";

import { Button } from "../parts/button.tsx";
import { sendsLines } from "./keys.ts";
import { CallFigure } from "./tool-calls.tsx";
import type { ToolCall } from "./turns.ts";

export interface ResultsProps {
  /** Who calls. */
  readonly from: string;
  readonly calls: readonly ToolCall[];
  /** Why nothing can be sent; "" where it can. */
  readonly blocked: string;
  /** The settings make every answer a call. */
  readonly callsAgain: boolean;
  readonly onSend: (results: readonly string[]) => void;
}

/** The calls of an answer, with a field for what each of them gives. The browser names a field that is still empty. */
export function ToolResults({ from, calls, blocked, callsAgain, onSend }: ResultsProps) {
  const id = useId();
  const [results, setResults] = useState(() => calls.map(() => ""));
  return (
    <form
      class="tool-results"
      aria-label={`Results for ${from}`}
      onSubmit={(event) => {
        event.preventDefault();
        onSend(results);
      }}
    >
      {calls.map((call, at) => (
        <CallFigure key={at} call={call} open={false} id={`${id}-call-${at}`}>
          <label class="tool-result" for={`${id}-${at}`}>
            Result<span class="hidden"> of {call.name}</span>
          </label>
          <textarea
            id={`${id}-${at}`}
            class="field mono"
            rows={2}
            required
            spellcheck={false}
            placeholder='{"celsius": -3}'
            aria-describedby={`${id}-call-${at}`}
            value={results[at]}
            onInput={(event) => setResults(results.map((result, other) => (other === at ? event.currentTarget.value : result)))}
            onKeyDown={(event) => {
              if (!sendsLines(event)) return;
              event.preventDefault();
              if (blocked === "") event.currentTarget.form?.requestSubmit();
            }}
          />
        </CallFigure>
      ))}
      <div class="row">
        <Button kind="primary" submits disabled={blocked !== ""} title={blocked || undefined}>
          Send results
        </Button>
        {callsAgain && <span class="quiet">The settings ask for at least one call: the next answer will be one again.</span>}
      </div>
    </form>
  );
}
