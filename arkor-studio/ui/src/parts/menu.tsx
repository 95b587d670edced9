import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { Button } from "./button.tsx";

interface MenuProps {
  /** What the button says. */
  readonly name: ComponentChildren;
  /** Called with how to close it. */
  readonly children: (close: () => void) => ComponentChildren;
}

/** Buttons that would be noise while nobody wants them. */
export function Menu({ name, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return;
    const elsewhere = (event: Event): void => {
      if (event.target instanceof Node && !place.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", elsewhere);
    document.addEventListener("focusin", elsewhere);
    return () => {
      document.removeEventListener("pointerdown", elsewhere);
      document.removeEventListener("focusin", elsewhere);
    };
  }, [open]);
  function close(): void {
    setOpen(false);
    place.current?.querySelector<HTMLElement>("button")?.focus();
  }
  return (
    <div
      ref={place}
      class="menu"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !open) return;
        event.stopPropagation();
        close();
      }}
    >
      <Button expanded={open} onClick={() => setOpen(!open)}>
        {name}
      </Button>
      {open && <div class="menu-items">{children(close)}</div>}
    </div>
  );
}
