import type { ToolCall } from "./turns.ts";

/** What an answer wants to be called, instead of or beside its text. */
export function ToolCalls({ calls, open }: { readonly calls: readonly ToolCall[]; readonly open: boolean }) {
  return (
    <>
      {calls.map((call, at) => (
        <figure key={at} class="tool-call">
          <figcaption>
            Calls <code>{call.name || "…"}</code>
          </figcaption>
          <pre tabIndex={0}>{open ? call.arguments : pretty(call.arguments)}</pre>
        </figure>
      ))}
    </>
  );
}

/** Arguments are JSON, if the model has kept to it. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
