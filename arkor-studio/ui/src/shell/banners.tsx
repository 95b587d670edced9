import { useEffect, useState } from "preact/hooks";

import { capitalise } from "../formats/text.ts";
import { nextProbe } from "../net/poll.ts";
import { Button } from "../parts/button.tsx";
import { Said } from "../parts/said.tsx";
import { useStudio, useValue } from "../studio.ts";

/** What the reader must know before believing the page. */
export function Banners() {
  const { link } = useStudio();
  const { server, backend, hint, notice } = useValue(link.state);
  const [dismissed, dismiss] = useState("");
  return (
    <div class="banners" role="status">
      {server === "stopped" && <Stopped />}
      {server === "restarted" && <Restarted />}
      {server === "up" && backend !== null && (
        <p class="banner banner-warn">
          <span>
            <strong>The backend cannot be reached.</strong> <Said text={capitalise(backend)} />.{" "}
            {hint !== "" && (
              <>
                <Said text={capitalise(hint)} />.{" "}
              </>
            )}
            What you see may be old; trying again.
          </span>
        </p>
      )}
      {notice !== null && notice.text !== dismissed && (
        <p class="banner banner-warn">
          <span>
            {notice.text}
            {notice.sunset !== null && ` (until ${notice.sunset})`}
          </span>
          <Button onClick={() => dismiss(notice.text)}>Dismiss</Button>
        </p>
      )}
    </div>
  );
}

const firstProbeMs = 1000;

/** Looks for the server until it is back, so that nothing else has to. */
function Stopped() {
  const { api } = useStudio();
  useEffect(() => {
    let wait = firstProbeMs;
    let timer: ReturnType<typeof setTimeout>;
    const probe = (): void => {
      if (!document.hidden) void api.get("/.well-known/arkor-studio").catch(() => undefined);
      wait = nextProbe(wait);
      timer = setTimeout(probe, wait);
    };
    timer = setTimeout(probe, wait);
    return () => clearTimeout(timer);
  }, [api]);
  return (
    <p class="banner banner-bad">
      <span>
        <strong>Studio stopped.</strong> Run <code>arkor dev</code> again; this page goes on by itself. What you see is from before.
      </span>
    </p>
  );
}

const reloadKey = "arkor-studio-reloaded";
const reloadPauseMs = 10_000;

/** Another launch has another token. Where nothing would be lost the page loads itself anew. */
function Restarted() {
  const { router } = useStudio();
  useEffect(() => {
    if (router.question() === null && mayReload()) location.reload();
  }, [router]);
  return (
    <p class="banner banner-warn">
      <strong>Studio was restarted, reload this page.</strong>
      <Button onClick={() => location.reload()}>Reload</Button>
    </p>
  );
}

/** Not in a circle: something else than a restart may be behind the refusal. */
function mayReload(): boolean {
  try {
    const last = Number(sessionStorage.getItem(reloadKey) ?? "0");
    sessionStorage.setItem(reloadKey, String(Date.now()));
    return Date.now() - last > reloadPauseMs;
  } catch {
    return false;
  }
}
