import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

import { rowsInSight, type Sight } from "./window.ts";

/** The rows of an element that are in sight; the element scrolls itself, or with the page. */
export function useRows(element: RefObject<HTMLElement>, scrolls: "itself" | "page", rowHeight: number, count: number): Sight {
  const [place, setPlace] = useState({ top: 0, height: 800 });
  const measure = (): void => {
    const at = element.current;
    if (!at) return;
    const next = scrolls === "itself" ? { top: at.scrollTop, height: at.clientHeight } : { top: Math.max(-at.getBoundingClientRect().top, 0), height: window.innerHeight };
    setPlace((now) => (Math.abs(now.top - next.top) < rowHeight && now.height === next.height ? now : next));
  };
  useLayoutEffect(measure, [count, scrolls, rowHeight]);
  useEffect(() => {
    const scroller = scrolls === "itself" ? element.current : window;
    scroller?.addEventListener("scroll", measure, { passive: true });
    window.addEventListener("resize", measure);
    return () => {
      scroller?.removeEventListener("scroll", measure);
      window.removeEventListener("resize", measure);
    };
  }, [scrolls, rowHeight, count > 0]);
  return rowsInSight(place.top, place.height, rowHeight, count);
}
