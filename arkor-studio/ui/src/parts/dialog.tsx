import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { messageOf } from "../net/api.ts";
import { Button } from "./button.tsx";

interface DialogProps {
  readonly title: string;
  /** For what has long lines. */
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Shows a dialog in front of the page, which takes no focus meanwhile. Afterwards the focus goes back to where it was. */
export function useModal(): RefObject<HTMLDialogElement> {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return dialog;
}

/** A question in front of the page. */
export function Dialog({ title, wide, onClose, children }: DialogProps) {
  const dialog = useModal();
  const id = useId();
  return (
    <dialog
      ref={dialog}
      class={wide ? "wide" : undefined}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === dialog.current && onClose()}
    >
      <div class="dialog-body">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps extends DialogProps {
  readonly confirm: string;
  /** What the other answer is called. */
  readonly keep?: string;
  readonly danger?: boolean;
  /** A failure is shown, and the question stays. */
  readonly onConfirm: () => Promise<void> | void;
}

export function Confirm({ title, confirm, keep, danger, onConfirm, onClose, children }: ConfirmProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  async function answer(): Promise<void> {
    setBusy(true);
    try {
      await onConfirm();
    } catch (reason) {
      setError(messageOf(reason));
      setBusy(false);
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      {error !== "" && (
        <p class="text-bad" role="alert">
          {error}
        </p>
      )}
      <div class="dialog-buttons">
        <Button onClick={onClose}>{keep ?? "Cancel"}</Button>
        <Button kind={danger ? "danger" : "primary"} busy={busy} onClick={() => void answer()}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  );
}
