/** What stands where data would be: nothing yet, none, or an error. */

import type { ComponentChildren } from "preact";

import { capitalise } from "../formats/text.ts";
import { ApiError, messageOf } from "../net/api.ts";
import { Button } from "./button.tsx";
import { Command } from "./copy-button.tsx";
import { Said } from "./said.tsx";

interface EmptyProps {
  readonly title: string;
  /** The command that comes next. */
  readonly command?: string;
  readonly children?: ComponentChildren;
}

export function EmptyState({ title, command, children }: EmptyProps) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <div class="quiet">{children}</div>}
      {command !== undefined && <Command text={command} />}
    </div>
  );
}

interface ErrorProps {
  /** What could not be done. */
  readonly what: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
}

export function ErrorBox({ what, error, onRetry }: ErrorProps) {
  const hint = error instanceof ApiError ? error.hint : "";
  return (
    <div class="error-box" role="alert">
      <div>
        <p>
          <strong>{what}:</strong> <Said text={messageOf(error)} />
        </p>
        {hint !== "" && <p class="quiet">
            <Said text={capitalise(hint)} />
          </p>}
      </div>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

export function Skeleton({ lines }: { readonly lines: number }) {
  return (
    <div class="skeleton-lines" role="status" aria-busy="true" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} class="skeleton" />
      ))}
    </div>
  );
}
