import { Button } from "../parts/button.tsx";
import type { StreamState } from "../net/stream.ts";
import { useSeconds } from "../studio.ts";

/** A break shorter than this is not worth a word. */
const patienceMs = 3000;

/** Says when no events come: tried again by itself, or for good. */
export function StreamNote({ stream, onReconnect }: { readonly stream: StreamState; readonly onReconnect: () => void }) {
  const now = useSeconds(stream.name === "retrying");
  if (stream.name === "failed") {
    const { status, message } = stream.error;
    return (
      <p class="note note-bad" role="alert">
        <span>
          <strong>No events come any more:</strong> {message} ({status})
        </span>
        <Button onClick={onReconnect}>Retry</Button>
      </p>
    );
  }
  if (stream.name !== "retrying" || now - stream.since < patienceMs) return null;
  return (
    <p class="note note-warn" role="status">
      <span>
        <strong>Event stream interrupted.</strong> Reconnecting; nothing is lost.
      </span>
    </p>
  );
}
