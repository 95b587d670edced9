import { useLayoutEffect, useRef } from "preact/hooks";

import { Button } from "../parts/button.tsx";
import { sends } from "./keys.ts";

interface ComposerProps {
  readonly draft: string;
  readonly onDraft: (text: string) => void;
  readonly onSend: () => void;
  readonly onStop: () => void;
  readonly busy: boolean;
  /** Why nothing can be sent; "" where it can. */
  readonly blocked: string;
}

const maxHeight = 200;

export function Composer({ draft, onDraft, onSend, onStop, busy, blocked }: ComposerProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const area = field.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight + 2, maxHeight)}px`;
  }, [draft]);
  const stop = (): void => {
    onStop();
    field.current?.focus(); // the button is gone
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        onSend();
      }}
    >
      <textarea
        ref={field}
        class="field"
        rows={1}
        aria-label="Message"
        placeholder="Ask something"
        value={draft}
        onInput={(event) => onDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (!sends(event)) return;
          event.preventDefault();
          onSend();
        }}
      />
      {busy ? (
        // The second half of a double click on what stood here before stops nothing.
        <Button onClick={({ detail }) => detail < 2 && stop()}>Stop</Button>
      ) : (
        <Button kind="primary" submits label="Send message" disabled={draft.trim() === "" || blocked !== ""} title={blocked || undefined}>
          Send
        </Button>
      )}
    </form>
  );
}
