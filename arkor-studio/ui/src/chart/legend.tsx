export interface Entry {
  readonly label: string;
  readonly color: string;
  readonly shape?: "line" | "diamond" | "ring";
  /** Of a line. */
  readonly dash?: readonly number[];
}

/** What the lines and marks of a chart are. */
export function Legend({ entries }: { readonly entries: readonly Entry[] }) {
  return (
    <ul class="legend">
      {entries.map(({ label, color, shape, dash }) => (
        <li key={label}>
          <svg viewBox="0 0 24 10" aria-hidden="true" style={{ color: `var(${color})` }}>
            {shape === "diamond" && <path d="M12 1l4 4-4 4-4-4Z" fill="currentColor" />}
            {shape === "ring" && <circle cx="12" cy="5" r="3.6" fill="none" stroke="currentColor" stroke-width="1.6" />}
            {(shape === undefined || shape === "line") && <path d="M0 5h24" stroke="currentColor" stroke-width="2.2" stroke-dasharray={dash?.join(" ")} />}
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}
