import { useEffect, useRef } from "preact/hooks";

import "./shell.css";
import { Confirm } from "../parts/dialog.tsx";
import { focusHeading } from "../parts/heading.tsx";
import { parseRoute, type Route } from "../router/route.ts";
import { useStudio, useValue } from "../studio.ts";
import { Banners } from "./banners.tsx";
import { Header } from "./header.tsx";
import { Screen } from "./screen.tsx";

/** Everything that is around a view: header, banners, the question before leaving. */
export function Shell() {
  const { router, news } = useStudio();
  const route = useValue(router.route);
  const asked = useValue(router.asked);
  const key = keyOf(route);
  const focus = useFocus(key);
  useEffect(() => {
    news.stream.open();
    return () => news.stream.close();
  }, [news]);
  const visit = (href: string, selector: string): void => {
    if (keyOf(parseRoute(href)) === key) return focus.on(selector);
    focus.next(selector);
    router.go(href);
  };
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        Skip to the content
      </a>
      <Header view={route.view} onVisit={visit} />
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

interface Focus {
  readonly on: (selector: string) => void;
  /** Where it goes in the next view, instead of its heading. */
  readonly next: (selector: string) => void;
}

const appearMs = 3000;

/** Puts the focus where a view begins: what had it is gone. */
function useFocus(key: string): Focus {
  const first = useRef(true);
  const wanted = useRef("");
  const on = (selector: string): void => {
    const until = Date.now() + appearMs;
    // It may have to be loaded first; whoever goes elsewhere meanwhile is left there.
    const look = (): void => {
      const found = document.querySelector<HTMLElement>(`main ${selector}`);
      if (found !== null && !found.matches(":disabled")) found.focus();
      else if (Date.now() < until && (document.activeElement === document.body || document.activeElement?.matches("main h1") === true)) requestAnimationFrame(look);
    };
    look();
  };
  useEffect(() => {
    if (!first.current) {
      window.scrollTo(0, 0);
      focusHeading();
      if (wanted.current !== "") on(wanted.current);
    }
    first.current = false;
    wanted.current = "";
  }, [key]);
  return { on, next: (selector) => (wanted.current = selector) };
}
