import { capitalise } from "../formats/text.ts";

const known = new Set(["queued", "running", "completed", "failed", "cancelled", "cancelling"]);

/** The status of something: by its word, and by a colour beside it. */
export function Badge({ status }: { readonly status: string }) {
  return (
    <span class={`badge badge-${known.has(status) ? status : "unknown"}`}>
      <span class="dot" aria-hidden="true" />
      {capitalise(status) || "Unknown"}
    </span>
  );
}
