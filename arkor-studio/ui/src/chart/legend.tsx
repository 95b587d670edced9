interface Entry {
  readonly label: string;
  readonly color: string;
  readonly shape?: "line" | "dashed" | "diamond" | "ring";
}

/** What the lines and marks of a chart are. */
export function Legend({ entries }: { readonly entries: readonly Entry[] }) {
  return (
    <ul class="legend">
      {entries.map(({ label, color, shape }) => (
        <li key={label}>
          <svg viewBox="0 0 18 10" aria-hidden="true" style={{ color: `var(${color})` }}>
            {shape === "diamond" && <path d="M9 1l4 4-4 4-4-4Z" fill="currentColor" />}
            {shape === "ring" && <circle cx="9" cy="5" r="3.6" fill="none" stroke="currentColor" stroke-width="1.6" />}
            {(shape === undefined || shape === "line" || shape === "dashed") && (
              <path d="M1 5h16" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-dasharray={shape === "dashed" ? "4 3.5" : undefined} />
            )}
          </svg>
          {label}
        </li>
      ))}
    </ul>
  );
}
