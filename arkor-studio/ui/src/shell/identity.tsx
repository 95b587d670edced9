import { useState } from "preact/hooks";

import { truncateMiddle } from "../formats/text.ts";
import { ApiError, messageOf } from "../net/api.ts";
import { useCommands } from "../palette/use-commands.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ErrorBox } from "../parts/states.tsx";
import { Account } from "./account.tsx";
import { describe, modeOf } from "./describe.ts";
import { SignIn } from "./sign-in.tsx";
import { useIdentity } from "./use-identity.ts";

/** Who we are, where, and for which project. */
export function IdentityChip() {
  const { data, error, refresh } = useIdentity();
  const [open, show] = useState(false);
  useCommands([{ name: "Account and backend", note: "sign in, sign out", run: () => show(true) }]);
  if (data === null && error === null) return <span class="chip skeleton" role="status" aria-label="Loading who you are" />;
  if (data === null) {
    return (
      <>
        <button type="button" class="chip chip-bad" title={messageOf(error)} aria-haspopup="dialog" onClick={() => show(true)}>
          not connected<span class="hidden">: {messageOf(error)}</span>
        </button>
        {open && (
          <Dialog title="Not connected" onClose={() => show(false)}>
            <ErrorBox what="The backend cannot be asked" error={error} onRetry={refresh} />
            {error instanceof ApiError && error.code === "signed_out" && <SignIn label="Sign in" onDone={refresh} />}
            <div class="dialog-buttons">
              <Button onClick={() => show(false)}>Close</Button>
            </div>
          </Dialog>
        )}
      </>
    );
  }
  const text = describe(data);
  return (
    <>
      <button type="button" class="chip" title={text} aria-haspopup="dialog" onClick={() => show(true)}>
        <span class={`dot dot-${data.backend === "local" ? "local" : "remote"}`} aria-hidden="true" />
        <span class="chip-where" aria-hidden="true">
          {truncateMiddle(data.backend === "cloud" ? modeOf(data) : data.backend, 18, 10)}
        </span>
        <span class="chip-what" aria-hidden="true">
          {truncateMiddle(data.projectSlug ?? data.project, 14, 8)}
        </span>
        <span class="hidden">{text}</span>
      </button>
      {open && <Account who={data} onChange={refresh} onClose={() => show(false)} />}
    </>
  );
}
