import { JobView } from "../job/job.tsx";
import { Overview } from "../overview/overview.tsx";
import type { Route } from "../router/route.ts";

/** The view of a route. */
export function Screen({ route }: { readonly route: Route }) {
  switch (route.view) {
    case "job":
      return <JobView id={route.id} />;
    default:
      return <Overview />;
  }
}
