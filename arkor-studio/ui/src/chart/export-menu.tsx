import { useEffect, useState } from "preact/hooks";

import { Download } from "../parts/icons.tsx";
import { Menu } from "../parts/menu.tsx";

interface ExportProps {
  readonly items: readonly (readonly [name: string, save: () => void])[];
  /** The address of what is shown. */
  readonly link: () => string;
}

const copiedMs = 2500;

/** Takes curves along, or the way to them. */
export function ExportMenu({ items, link }: ExportProps) {
  const [copied, setCopied] = useState<"" | "Link copied" | "The browser does not let this page copy">("");
  useEffect(() => {
    if (copied === "") return;
    const timer = setTimeout(() => setCopied(""), copiedMs);
    return () => clearTimeout(timer);
  }, [copied]);
  function copy(): void {
    navigator.clipboard.writeText(location.origin + location.pathname + link()).then(
      () => setCopied("Link copied"),
      () => setCopied("The browser does not let this page copy"),
    );
  }
  return (
    <>
      <span class="quiet" role="status">
        {copied}
      </span>
      <Menu
        name={
          <>
            <Download /> Export
          </>
        }
      >
        {(close) =>
          [...items, ["Copy link to this view", copy] as const].map(([name, take]) => (
            <button
              key={name}
              type="button"
              onClick={() => {
                take();
                close();
              }}
            >
              {name}
            </button>
          ))
        }
      </Menu>
    </>
  );
}
