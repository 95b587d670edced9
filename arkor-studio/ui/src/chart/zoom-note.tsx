import { Button } from "../parts/button.tsx";
import type { Range } from "./plot.ts";

/** How to look closer, and the way back. */
export function ZoomNote({ range, onReset }: { readonly range: Range | null; readonly onReset: () => void }) {
  return range === null ? <span class="quiet">Drag to zoom, arrow keys to read</span> : <Button onClick={onReset}>Reset zoom</Button>;
}
