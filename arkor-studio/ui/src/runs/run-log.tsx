import { useEffect, useRef, useState } from "preact/hooks";

import "./runs.css";
import type { StreamState } from "../net/stream.ts";
import { useFollow } from "../parts/use-follow.ts";
import { hrefOf } from "../router/route.ts";
import { useStudio } from "../studio.ts";
import { jobIn, piecesOf, type Piece } from "./ansi.ts";
import { withFrames } from "./output.ts";

/** What a training prints, from the beginning and as it comes. */
export function RunLog({ id, label }: { readonly id: string; readonly label: string }) {
  const { news } = useStudio();
  const [text, setText] = useState("");
  const [stream, setStream] = useState<StreamState>({ name: "connecting" });
  useEffect(() => {
    let output = "";
    let drawing = 0;
    setText("");
    const draw = (): void => {
      drawing = 0;
      setText(output);
    };
    return news.stream.follow("run", id, {
      onFrames: (frames) => {
        output = withFrames(output, frames);
        if (drawing === 0) drawing = document.hidden ? window.setTimeout(draw, 50) : requestAnimationFrame(draw);
      },
      onState: setStream,
      isLast: (frame) => frame.event === "exit",
    });
  }, [news, id]);
  const pane = useRef<HTMLPreElement>(null);
  useFollow(pane, text);
  return (
    <pre ref={pane} class="pane run-log" role="log" aria-label={label} tabIndex={0}>
      {text === "" && <span class="quiet">{stream.name === "failed" ? stream.error.message : stream.name === "ended" ? "It printed nothing." : "Waiting for output…"}</span>}
      {piecesOf(text).map((piece, at) => (
        <Printed key={at} piece={piece} />
      ))}
      {stream.name === "retrying" && <span class="quiet">{"\n"}[reconnecting]</span>}
    </pre>
  );
}

function Printed({ piece }: { readonly piece: Piece }) {
  const job = jobIn(piece.text);
  return (
    <span class={piece.style === "" ? undefined : piece.style.replaceAll(/\S+/g, "ansi-$&")}>
      {job === null ? (
        piece.text
      ) : (
        <>
          {job.before}
          <a href={hrefOf({ view: "job", id: job.id })}>{job.id}</a>
          {job.after}
        </>
      )}
    </span>
  );
}
