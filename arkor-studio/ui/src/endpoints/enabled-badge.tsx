export function EnabledBadge({ enabled }: { readonly enabled: boolean }) {
  return (
    <span class={enabled ? "badge badge-completed" : "badge"}>
      <span class="dot" aria-hidden="true" />
      {enabled ? "Enabled" : "Disabled"}
    </span>
  );
}
