import { useEffect, useState } from "preact/hooks";

import { save } from "../net/download.ts";
import { Download } from "../parts/icons.tsx";
import { Menu } from "../parts/menu.tsx";
import { csvOf } from "./csv.ts";
import type { Curve } from "./curve.ts";

interface SaveProps {
  readonly id: string;
  readonly curve: Curve;
  /** The chart as it is drawn; null while there is none. */
  readonly png: () => Promise<Blob | null>;
  readonly svg: () => string;
  /** The address of what is shown. */
  readonly link: () => string;
}

const copiedMs = 2500;

/** Takes the curves along. */
export function SaveMenu({ id, curve, png, svg, link }: SaveProps) {
  const [copied, setCopied] = useState<"" | "Link copied" | "The browser does not let this page copy">("");
  useEffect(() => {
    if (copied === "") return;
    const timer = setTimeout(() => setCopied(""), copiedMs);
    return () => clearTimeout(timer);
  }, [copied]);
  const items: readonly (readonly [string, () => void])[] = [
    ["Curves as CSV", () => save(new Blob([csvOf(curve)], { type: "text/csv" }), `${id}-curves.csv`)],
    ["Chart as PNG", () => void png().then((blob) => blob && save(blob, `${id}-loss.png`))],
    ["Chart as SVG", () => save(new Blob([svg()], { type: "image/svg+xml" }), `${id}-loss.svg`)],
    [
      "Copy link to this view",
      () =>
        void navigator.clipboard.writeText(link()).then(
          () => setCopied("Link copied"),
          () => setCopied("The browser does not let this page copy"),
        ),
    ],
  ];
  return (
    <>
      <span class="quiet" role="status">
        {copied}
      </span>
      <Menu
        name={
          <>
            <Download /> Save
          </>
        }
      >
        {(close) =>
          items.map(([name, take]) => (
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
