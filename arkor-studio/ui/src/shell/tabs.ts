import type { Features } from "../net/shapes.ts";
import type { Route } from "../router/route.ts";

export interface Tab {
  readonly name: string;
  readonly route: Route;
  readonly views: readonly Route["view"][];
  /** Without this there is nothing to see there. */
  readonly needs?: keyof Features;
}

/** Which views a tab stands for: those of single jobs and endpoints belong to their lists. */
export const tabs: readonly Tab[] = [
  { name: "Overview", route: { view: "overview" }, views: ["overview"] },
  { name: "Jobs", route: { view: "jobs", query: {} }, views: ["jobs", "job", "compare"] },
  { name: "Playground", route: { view: "playground", adapter: null, step: null }, views: ["playground"] },
  { name: "Endpoints", route: { view: "endpoints" }, views: ["endpoints", "endpoint"], needs: "endpoints" },
];
