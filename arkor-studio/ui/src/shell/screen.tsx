import { Compare } from "../compare/compare.tsx";
import { JobView } from "../job/job.tsx";
import { Jobs } from "../jobs/jobs.tsx";
import { Overview } from "../overview/overview.tsx";
import { Playground } from "../playground/playground.tsx";
import type { Route } from "../router/route.ts";

/** The view of a route. */
export function Screen({ route }: { readonly route: Route }) {
  switch (route.view) {
    case "jobs":
      return <Jobs query={route.query} />;
    case "job":
      return <JobView id={route.id} />;
    case "compare":
      return <Compare ids={route.ids} />;
    case "playground":
      return <Playground route={route} />;
    default:
      return <Overview />;
  }
}
