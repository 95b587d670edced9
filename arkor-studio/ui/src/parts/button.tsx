import type { ComponentChildren } from "preact";

interface ButtonProps {
  readonly kind?: "primary" | "plain" | "danger";
  /** Something is under way: it cannot be pressed again. */
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly submits?: boolean;
  readonly label?: string;
  readonly title?: string | undefined;
  readonly pressed?: boolean;
  /** Of a button that shows and hides something. */
  readonly expanded?: boolean;
  readonly onClick?: (event: MouseEvent) => void;
  readonly children: ComponentChildren;
}

export function Button(props: ButtonProps) {
  return (
    <button
      type={props.submits ? "submit" : "button"}
      class={`button button-${props.kind ?? "plain"}`}
      disabled={props.disabled || props.busy}
      aria-busy={props.busy || undefined}
      aria-label={props.label}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      title={props.title}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}
