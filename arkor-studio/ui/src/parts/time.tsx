import { formatMinute, formatRelative, nothing } from "../formats/time.ts";
import { useStudio, useValue } from "../studio.ts";

/** A time as its distance from now; exactly in the tooltip. */
export function Time({ at }: { readonly at: string | null }) {
  const now = useValue(useStudio().now);
  const time = Date.parse(at ?? "");
  if (at === null || Number.isNaN(time)) return <span class="quiet">{nothing}</span>;
  return (
    <time dateTime={at} title={formatMinute(at)}>
      {/* The clock behind now is up to half a minute late. */}
      {formatRelative(time, Math.max(now, Math.min(time, Date.now())))}
    </time>
  );
}
