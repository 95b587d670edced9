import { truncateMiddle } from "../formats/text.ts";
import { messageOf } from "../net/api.ts";
import { describe, modeOf } from "./describe.ts";
import { useIdentity } from "./use-identity.ts";

/** Who we are, where, and for which project. */
export function IdentityChip() {
  const { data, error } = useIdentity();
  if (data === null && error === null) return <span class="chip skeleton" aria-label="Loading who you are" />;
  if (data === null) {
    return (
      <span class="chip chip-bad" title={messageOf(error)}>
        not signed in<span class="hidden">: {messageOf(error)}</span>
      </span>
    );
  }
  const text = describe(data);
  return (
    <span class="chip" title={text}>
      <span class={`dot dot-${data.backend === "local" ? "local" : "remote"}`} aria-hidden="true" />
      <span class="chip-where" aria-hidden="true">
        {truncateMiddle(data.backend === "cloud" ? modeOf(data) : data.backend, 18, 10)}
      </span>
      <span class="chip-what" aria-hidden="true">
        {truncateMiddle(data.projectSlug ?? data.project, 14, 8)}
      </span>
      <span class="hidden">{text}</span>
    </span>
  );
}
