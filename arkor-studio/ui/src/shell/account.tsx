import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { fieldsOf, textOf, type Identity } from "../net/shapes.ts";
import { usePoll } from "../net/use-poll.ts";
import { Button } from "../parts/button.tsx";
import { Confirm, Dialog } from "../parts/dialog.tsx";
import { ErrorBox } from "../parts/states.tsx";
import { useStudio } from "../studio.ts";
import { lacksProject, modeOf } from "./describe.ts";
import { SignIn } from "./sign-in.tsx";

interface AccountProps {
  readonly who: Identity;
  /** Somebody else may be signed in now. */
  readonly onChange: () => void;
  readonly onClose: () => void;
}

/** Everything that the chip has no room for, and how to become somebody else. */
export function Account({ who, onChange, onClose }: AccountProps) {
  const { api } = useStudio();
  const [leaving, leave] = useState(false);
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
      <Advice who={who} onChange={onChange} onClose={onClose} />
      <div class="dialog-buttons">
        {(who.mode === "anon" || who.mode === "oauth") && (
          <Button kind="danger" onClick={() => leave(true)}>
            Sign out
          </Button>
        )}
        <Button onClick={onClose}>Close</Button>
      </div>
      {leaving && (
        <Confirm
          title="Sign out?"
          confirm="Sign out"
          keep="Stay signed in"
          danger
          onClose={() => leave(false)}
          onConfirm={async () => {
            await api.post("/api/signout");
            onChange();
            onClose();
          }}
        >
          {who.mode === "anon"
            ? "An anonymous identity cannot be restored: whatever it has made is lost to you, jobs, adapters and endpoints included."
            : "Trainings that run go on; you cannot watch them until you sign in again."}
        </Confirm>
      )}
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

function Advice({ who, onChange, onClose }: AccountProps) {
  if (who.mode === "local") {
    return (
      <p class="quiet">
        Everything stays on this machine. <code>arkor.config.ts</code> names the backend.
      </p>
    );
  }
  return (
    <>
      {lacksProject(who) && (
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
          <p class="quiet">An anonymous identity is kept on this machine alone. Sign in to keep what you make.</p>
          <SignIn label="Sign in" onDone={onChange} />
        </>
      )}
      {who.mode === "oauth" && <SignIn label="Sign in as somebody else" onDone={onChange} />}
      {who.mode === "token" && (
        <p class="quiet">
          <code>ARKOR_TOKEN</code> says who you are. Unset it, and start <code>arkor dev</code> again, to sign in.
        </p>
      )}
    </>
  );
}
