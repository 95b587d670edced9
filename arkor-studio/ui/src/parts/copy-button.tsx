import { useEffect, useRef, useState } from "preact/hooks";

import { Check, Copy } from "./icons.tsx";

const copiedMs = 1500;

/** Copies a text; where that is forbidden, selects what is beside it. */
export function CopyButton({ text, label }: { readonly text: string; readonly label: string }) {
  const [copied, setCopied] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), copiedMs);
    return () => clearTimeout(timer);
  }, [copied]);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      const beside = button.current?.previousElementSibling;
      if (beside) getSelection()?.selectAllChildren(beside);
    }
  }
  return (
    <button ref={button} type="button" class="icon-button" aria-label={copied ? "Copied" : label} title={copied ? "Copied" : label} onClick={() => void copy()}>
      {copied ? <Check /> : <Copy />}
      <span class="hidden" aria-live="polite">
        {copied && "Copied"}
      </span>
    </button>
  );
}

/** A command to type, with a way to copy it. */
export function Command({ text }: { readonly text: string }) {
  return (
    <span class="command">
      <code>{text}</code>
      <CopyButton text={text} label={`Copy ${text}`} />
    </span>
  );
}
