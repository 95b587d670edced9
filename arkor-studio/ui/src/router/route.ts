/** The views of the page, as they stand in the address behind "#". */

export type Route =
  | { readonly view: "overview" }
  | { readonly view: "jobs"; readonly query: Query }
  | { readonly view: "job"; readonly id: string; readonly query?: Query }
  | { readonly view: "compare"; readonly ids: readonly string[]; readonly query?: Query }
  | { readonly view: "playground"; readonly adapter: string | null; readonly step: number | null; readonly model?: string; readonly beside?: readonly Pane[] }
  | { readonly view: "endpoints" }
  | { readonly view: "endpoint"; readonly id: string };

/** What answers in the playground: the adapter of a job, as of a step or of its end, else a base model, the first one without a name. */
export interface Pane {
  readonly adapter: string | null;
  readonly step: number | null;
  readonly model?: string;
}

/** Names and values; a name that comes twice keeps its first value. */
export type Query = Readonly<Record<string, string>>;

const overview: Route = { view: "overview" };

/** The route of an address; whatever is none of ours is the overview. */
export function parseRoute(hash: string): Route {
  const [path = "", search = ""] = split(hash.replace(/^#?\/*/, ""), "?");
  const segments: string[] = [];
  for (const part of path.replace(/\/+$/, "").split("/")) {
    try {
      segments.push(decodeURIComponent(part));
    } catch {
      return overview;
    }
  }
  const [view, id] = segments;
  const query = parseQuery(search);
  if (segments.length === 1 && view === "jobs") return { view, query };
  if (segments.length === 1 && view === "endpoints") return { view };
  if (segments.length === 1 && view === "compare") {
    const { jobs = "", ...rest } = query;
    return { view, ids: [...new Set(jobs.split(",").filter((job) => job.trim() !== ""))], ...(Object.keys(rest).length > 0 && { query: rest }) };
  }
  if (segments.length === 1 && view === "playground") {
    const beside = others.filter((number) => ["adapter", "step", "model"].some((name) => name + number in query)).map((number) => paneOf(query, number));
    return { view, ...paneOf(query, ""), ...(beside.length > 0 && { beside }) };
  }
  if (segments.length === 2 && id !== undefined && id !== "") {
    if (view === "jobs") return { view: "job", id, ...(search !== "" && { query }) };
    if (view === "endpoints") return { view: "endpoint", id };
  }
  return overview;
}

/** The address of a route, for links. */
export function hrefOf(route: Route): string {
  switch (route.view) {
    case "overview":
      return "#/";
    case "jobs":
      return "#/jobs" + queryText(route.query);
    case "job":
      return "#/jobs/" + encodeURIComponent(route.id) + queryText(route.query ?? {});
    case "compare":
      return "#/compare" + queryText({ jobs: route.ids.join(","), ...route.query });
    case "playground":
      return "#/playground" + queryText(Object.assign(paneQuery(route, ""), ...(route.beside ?? []).map((pane, at) => paneQuery(pane, others[at] ?? ""))) as Query);
    case "endpoints":
      return "#/endpoints";
    case "endpoint":
      return "#/endpoints/" + encodeURIComponent(route.id);
  }
}

/** Behind the names of what answers beside the first. */
const others = ["2", "3", "4"];

function paneOf(query: Query, number: string): Pane {
  const adapter = query["adapter" + number]?.trim() ? (query["adapter" + number] ?? null) : null;
  const step = query["step" + number] ?? "";
  const model = query["model" + number] ?? "";
  return { adapter, step: adapter !== null && /^\d{1,15}$/.test(step) ? Number(step) : null, ...(adapter === null && model.trim() !== "" && { model }) };
}

function paneQuery(pane: Pane, number: string): Query {
  return { ["adapter" + number]: pane.adapter ?? "", ["step" + number]: pane.step?.toString() ?? "", ["model" + number]: pane.model ?? "" };
}

function parseQuery(search: string): Query {
  const query: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(search)) query[name] ??= value;
  return query;
}

function queryText(query: Query): string {
  const kept = Object.entries(query).filter(([, value]) => value !== "");
  return kept.length === 0 ? "" : "?" + new URLSearchParams(kept).toString().replaceAll("%2C", ",");
}

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
