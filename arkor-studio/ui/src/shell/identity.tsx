import { useState } from "preact/hooks";

import { truncateMiddle } from "../formats/text.ts";
import { messageOf } from "../net/api.ts";
import { Account } from "./account.tsx";
import { describe, modeOf } from "./describe.ts";
import { useIdentity } from "./use-identity.ts";

/** Who we are, where, and for which project. */
export function IdentityChip() {
  const { data, error } = useIdentity();
  const [open, show] = useState(false);
  if (data === null && error === null) return <span class="chip skeleton" role="status" aria-label="Loading who you are" />;
  if (data === null) {
    return (
      <span class="chip chip-bad" title={messageOf(error)}>
        not signed in<span class="hidden">: {messageOf(error)}</span>
      </span>
    );
  }
  const text = describe(data);
  return (
    <>
      <button type="button" class="chip" title={text} aria-haspopup="dialog" onClick={() => show(true)}>
        <span class={`dot dot-${data.backend === "local" ? "local" : "remote"}`} aria-hidden="true" />
        <span class="chip-where" aria-hidden="true">
          {truncateMiddle(data.backend === "cloud" ? modeOf(data) : data.backend, 18, 10)}
        </span>
        <span class="chip-what" aria-hidden="true">
          {truncateMiddle(data.projectSlug ?? data.project, 14, 8)}
        </span>
        <span class="hidden">{text}</span>
      </button>
      {open && <Account who={data} onClose={() => show(false)} />}
    </>
  );
}
