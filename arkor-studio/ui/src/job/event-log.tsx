import { useMemo, useRef, useState } from "preact/hooks";

import { formatCount } from "../formats/text.ts";
import { formatClock } from "../formats/time.ts";
import { save } from "../net/download.ts";
import { Button } from "../parts/button.tsx";
import { Download } from "../parts/icons.tsx";
import { useFollow } from "../parts/use-follow.ts";
import { useRows } from "../parts/use-rows.ts";
import type { Row } from "./record.ts";
import type { LiveJob } from "./use-job.ts";

const rowHeight = 26;

export function EventLog({ id, live }: { readonly id: string; readonly live: LiveJob }) {
  const { record, earlier, version } = live;
  const [search, setSearch] = useState("");
  const [type, setType] = useState("");
  const rows = useMemo(() => matching(record.rows, search, type), [record, version, search, type]);
  const types = useMemo(() => [...new Set(record.rows.map((row) => row.event))], [record, version]);
  function download(): void {
    save(new Blob(record.rows.map((row) => row.data + "\n"), { type: "application/x-ndjson" }), `${id}-events.jsonl`);
  }
  return (
    <section class="card" aria-labelledby="events">
      <div class="card-head">
        <h2 id="events">
          Events <span class="quiet count">{formatCount(rows.length)}</span>
        </h2>
        <div class="row">
          <input class="field" type="search" aria-label="Search the events" placeholder="Search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
          <select class="field" aria-label="Kind of event" value={type} onChange={(event) => setType(event.currentTarget.value)}>
            <option value="">All kinds</option>
            {types.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          <Button label="Download the events" title="Download as JSON lines" disabled={record.rows.length === 0} onClick={download}>
            <Download />
          </Button>
        </div>
      </div>
      <div class="card-body">
        {earlier > 0 && (
          <p class="note">
            <span>{formatCount(earlier)} earlier log events are in the curves, and not in this list.</span>
            <Button onClick={live.loadEarlier}>Load all</Button>
          </p>
        )}
        <Rows rows={rows} filtered={search !== "" || type !== ""} over={live.stream.name === "ended"} />
      </div>
    </section>
  );
}

interface RowsProps {
  readonly rows: readonly Row[];
  readonly filtered: boolean;
  readonly over: boolean;
}

function Rows({ rows, filtered, over }: RowsProps) {
  const pane = useRef<HTMLDivElement>(null);
  const [shown, show] = useState<Row | null>(null);
  const { first, end } = useRows(pane, "itself", rowHeight, rows.length);
  useFollow(pane, rows.length);
  return (
    <>
      <div ref={pane} class="pane events" role="log" aria-label="Events" aria-live="off" tabIndex={0}>
        {rows.length === 0 && <span class="quiet">{filtered ? "No event matches." : over ? "The job had no events." : "Listening for events…"}</span>}
        <div style={{ height: `${first * rowHeight}px` }} />
        {rows.slice(first, end).map((row, at) => (
          <button key={first + at} type="button" class="event" aria-expanded={row === shown} onClick={() => show(row === shown ? null : row)}>
            <span class="event-at">{formatClock(row.at)}</span>
            <span class={`event-name event-${row.event.replaceAll(".", "-")}`}>{row.event}</span>
            <span class="event-text">{row.text}</span>
          </button>
        ))}
        <div style={{ height: `${(rows.length - end) * rowHeight}px` }} />
      </div>
      {shown !== null && (
        <pre class="pane raw" aria-label="The event as it was sent" tabIndex={0}>
          {pretty(shown.data)}
        </pre>
      )}
    </>
  );
}

function matching(rows: readonly Row[], search: string, type: string): readonly Row[] {
  const text = search.trim().toLowerCase();
  if (text === "" && type === "") return rows.slice();
  return rows.filter((row) => (type === "" || row.event === type) && (text === "" || `${row.event} ${row.text}`.toLowerCase().includes(text)));
}

function pretty(data: string): string {
  try {
    return JSON.stringify(JSON.parse(data), null, 2);
  } catch {
    return data;
  }
}
