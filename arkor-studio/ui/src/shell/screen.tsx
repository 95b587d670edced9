import { Overview } from "../overview/overview.tsx";
import type { Route } from "../router/route.ts";

/** The view of a route. */
export function Screen({ route }: { readonly route: Route }) {
  switch (route.view) {
    default:
      return <Overview />;
  }
}
