import { CopyButton } from "./copy-button.tsx";

/** Code to take away. */
export function CodeBlock({ code, label }: { readonly code: string; readonly label: string }) {
  return (
    <div class="code-block">
      <pre class="pane" tabIndex={0}>
        {code}
      </pre>
      <CopyButton text={code} label={label} />
    </div>
  );
}
