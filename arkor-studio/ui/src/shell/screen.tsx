import { Compare } from "../compare/compare.tsx";
import { EndpointView } from "../endpoints/endpoint.tsx";
import { Endpoints } from "../endpoints/endpoints.tsx";
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
      return <JobView id={route.id} query={route.query} />;
    case "compare":
      return <Compare ids={route.ids} query={route.query} />;
    case "playground":
      return <Playground route={route} />;
    case "endpoints":
      return <Endpoints />;
    case "endpoint":
      return <EndpointView id={route.id} />;
    default:
      return <Overview />;
  }
}
