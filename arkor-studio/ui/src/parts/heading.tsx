import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

interface HeadingProps {
  readonly title: string;
  /** Before "Arkor Studio" in the window's title, where it is not the heading; "" for nothing. */
  readonly windowTitle?: string;
  /** Beside the heading. */
  readonly children?: ComponentChildren;
}

/** Puts the focus where it begins: what had it is gone. */
export function focusHeading(): void {
  document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
}

/** The heading of a view: where the focus goes on navigation, and the window's title. */
export function Heading({ title, windowTitle, children }: HeadingProps) {
  const name = windowTitle ?? title;
  useEffect(() => {
    document.title = name === "" ? "Arkor Studio" : `${name} · Arkor Studio`;
    return () => {
      document.title = "Arkor Studio";
    };
  }, [name]);
  return (
    <div class="heading">
      <h1 tabIndex={-1}>{title}</h1>
      {children}
    </div>
  );
}
