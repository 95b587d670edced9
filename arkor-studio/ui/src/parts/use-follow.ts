import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** Keeps the end of a pane in sight while its content grows, unless the reader has scrolled up by more than a tolerance in pixels. */
export function useFollow(pane: RefObject<HTMLElement>, content: unknown, tolerance = 16): void {
  const atEnd = useRef(true);
  useEffect(() => {
    const element = pane.current;
    if (!element) return;
    const look = (): void => {
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight <= tolerance;
    };
    element.addEventListener("scroll", look, { passive: true });
    return () => element.removeEventListener("scroll", look);
  }, [pane, tolerance]);
  useLayoutEffect(() => {
    if (atEnd.current && pane.current) pane.current.scrollTop = pane.current.scrollHeight;
  }, [pane, content]);
}
