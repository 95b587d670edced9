/** How a job reaches somebody who looks elsewhere: by the tab's icon, and by a notification. */

import { useEffect, useRef, useState } from "preact/hooks";

import { isOver } from "../net/shapes.ts";

const colors: Record<string, string> = { running: "#38bdf8", failed: "#ef4444" };

/** Puts a dot on the tab's icon while a job runs, and when it has failed. */
export function useIcon(status: string): void {
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    const color = colors[status];
    if (!link || color === undefined) return;
    const usual = link.href;
    link.href = "data:image/svg+xml," + encodeURIComponent(icon(color));
    return () => {
      link.href = usual;
    };
  }, [status]);
}

function icon(color: string): string {
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f766e"/>' +
    '<path d="M6 9c5 0 5 12 10 12 4 0 5-5 10-5" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/>' +
    `<circle cx="25" cy="7" r="6.5" fill="${color}" stroke="#fff" stroke-width="2"/></svg>`
  );
}

/** Whether a person is told of the end, and how to ask for it; null where the browser has no notifications. */
export function useNotice(name: string, status: string): { readonly on: boolean; readonly toggle: () => void } | null {
  const [on, setOn] = useState(false);
  const before = useRef(status);
  useEffect(() => {
    if (on && isOver(status) && !isOver(before.current)) new Notification(`${name} ${status}`, { body: "Arkor Studio" });
    before.current = status;
  }, [on, status, name]);
  if (typeof Notification === "undefined" || Notification.permission === "denied" || isOver(status)) return null;
  return {
    on,
    toggle: () => {
      if (on) setOn(false);
      else void Notification.requestPermission().then((answer) => setOn(answer === "granted"));
    },
  };
}
