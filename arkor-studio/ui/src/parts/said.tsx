import { spansOf } from "../formats/text.ts";

/** A sentence of the tool; what stands between backticks is to be typed. */
export function Said({ text }: { readonly text: string }) {
  return (
    <>
      {spansOf(text).map((span, at) => (span.isCode ? <code key={at}>{span.text}</code> : <span key={at}>{span.text}</span>))}
    </>
  );
}
