import type { ComponentChildren } from "preact";

import { fieldsOf, textOf, type Identity } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { Button } from "../parts/button.tsx";
import { Command } from "../parts/copy-button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ErrorBox } from "../parts/states.tsx";
import { useStudio } from "../studio.ts";
import { modeOf } from "./describe.ts";

interface AccountProps {
  readonly who: Identity;
  readonly onClose: () => void;
}

/** Everything that the chip has no room for, and how to become somebody else. */
export function Account({ who, onClose }: AccountProps) {
  const { api } = useStudio();
  const { data, error, refresh } = usePoll(async (signal) => fieldsOf(fieldsOf(await api.get("/api/me", signal))["user"]), "account", () => null);
  const name = data === null ? "" : textOf(data["email"]) || textOf(data["id"]);
  return (
    <Dialog title="Account and backend" onClose={onClose}>
      <dl class="account">
        <Row name="Signed in">{modeOf(who)}</Row>
        {who.mode !== "local" && <Row name="Account">{name || (error === null ? "…" : "unknown")}</Row>}
        <Row name="Organisation">{who.orgSlug ?? "none yet"}</Row>
        <Row name="Project">{who.projectSlug ?? "none yet: the first training makes or asks for one"}</Row>
        <Row name="Folder">{who.project}</Row>
        <Row name="Backend">{who.backend}</Row>
        <Row name="Address">
          <span class="mono">{who.baseUrl}</span>
        </Row>
        <Row name="Arkor">{who.version}</Row>
      </dl>
      {error !== null && <ErrorBox what="The account cannot be asked for" error={error} onRetry={refresh} />}
      <Advice who={who} onClose={onClose} />
      <div class="dialog-buttons">
        <Button onClick={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Advice({ who, onClose }: AccountProps) {
  if (who.mode === "local") {
    return (
      <p class="quiet">
        Everything stays on this machine. <code>arkor.config.ts</code> names the backend.
      </p>
    );
  }
  return (
    <>
      {who.mode === "oauth" && who.projectSlug === null && (
        <p>
          This folder has no project yet.{" "}
          <a href="#/" onClick={onClose}>
            Choose one on the Overview.
          </a>
        </p>
      )}
      {who.scopeStale && <p class="text-bad">This folder belongs to a project of another organisation.</p>}
      {who.mode === "anon" && (
        <>
          <p class="quiet">An anonymous identity is kept on this machine alone: whoever signs out loses what it has made. To keep work, sign in:</p>
          <Command text="arkor login --oauth" />
        </>
      )}
      {who.mode === "oauth" && (
        <>
          <p class="quiet">To sign in as somebody else:</p>
          <Command text="arkor login" />
        </>
      )}
    </>
  );
}
