import { useEffect } from "preact/hooks";

import { truncateMiddle } from "../formats/text.ts";
import { messageOf } from "../net/api.ts";
import { parseIdentity, type Identity } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { useStudio, useValue } from "../studio.ts";

const checkMs = 60_000;

/** Who we are, where, and for which project. */
export function IdentityChip() {
  const { api, news, router } = useStudio();
  const changes = useValue(news.identity);
  const route = useValue(router.route);
  const { data, error, wake } = usePoll(async (signal) => parseIdentity(await api.get("/api/credentials", signal)), "identity", () => checkMs);
  // The first training makes the project.
  useEffect(wake, [changes, route.view]);
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

/** "mode · org / project · host", with what is known of it. */
export function describe(who: Identity): string {
  const scope = [who.orgSlug, who.projectSlug].filter((part) => part !== null).join(" / ");
  const host = who.backend === "cloud" || who.backend === "local" ? "" : who.backend;
  return [modeOf(who), scope, host].filter((part) => part !== "").join(" · ");
}

function modeOf(who: Identity): string {
  const names: Record<string, string> = { anon: "anonymous", local: "local" };
  return names[who.mode] ?? who.mode;
}
