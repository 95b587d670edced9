import { useEffect, useRef } from "preact/hooks";

import "./shell.css";
import { Confirm } from "../parts/dialog.tsx";
import { focusHeading } from "../parts/heading.tsx";
import type { Route } from "../router/route.ts";
import { useStudio, useValue } from "../studio.ts";
import { Banners } from "./banners.tsx";
import { Header } from "./header.tsx";
import { Screen } from "./screen.tsx";

/** Everything that is around a view: header, banners, the question before leaving. */
export function Shell() {
  const { router } = useStudio();
  const route = useValue(router.route);
  const asked = useValue(router.asked);
  const key = keyOf(route);
  useFocusOnHeading(key);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <Header view={route.view} />
      <Banners />
      <main id="main" tabIndex={-1}>
        <Screen route={route} key={key} />
      </main>
      {asked && (
        <Confirm title="Leave this page?" confirm="Leave" keep="Stay" danger onConfirm={asked.leave} onClose={asked.stay}>
          {asked.question}
        </Confirm>
      )}
    </>
  );
}

/** What a view is about; filters and choices within it do not count. */
function keyOf(route: Route): string {
  return "id" in route ? `${route.view} ${route.id}` : route.view;
}

/** The address belongs to the router, so the link cannot be followed. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function useFocusOnHeading(key: string): void {
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) {
      window.scrollTo(0, 0);
      focusHeading();
    }
    first.current = false;
  }, [key]);
}
