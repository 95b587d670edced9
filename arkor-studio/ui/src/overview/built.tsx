import { useRef } from "preact/hooks";

import { formatRelative } from "../formats/time.ts";
import { useSeconds, useStudio, useValue } from "../studio.ts";

const recentMs = 60_000;

/** When the project was built: to the second while that is news. */
export function Built({ at }: { readonly at: string }) {
  const { now } = useStudio();
  useValue(now);
  const first = useRef(at);
  const age = Math.max(Date.now() - Date.parse(at), 0);
  useSeconds(age < recentMs);
  if (Number.isNaN(age)) return null;
  const ago = age < 10_000 ? `${(age / 1000).toFixed(1)} s ago` : age < recentMs ? `${Math.floor(age / 1000)} s ago` : formatRelative(-age, 0);
  return (
    <span class="built">
      · {at === first.current ? "built" : "rebuilt"} {ago}
    </span>
  );
}
