import { useState } from "preact/hooks";

import "./endpoints.css";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Heading } from "../parts/heading.tsx";
import { EmptyState, ErrorBox, Skeleton } from "../parts/states.tsx";
import { hrefOf } from "../router/route.ts";
import { wishFor } from "../sources/source.ts";
import { useStudio } from "../studio.ts";
import { EnabledBadge } from "./enabled-badge.tsx";
import { KeysCard } from "./keys-card.tsx";
import { QuickStart } from "./quick-start.tsx";
import { SettingsCard, type Change } from "./settings-card.tsx";
import { parseDeployment, type Endpoint } from "./shapes.ts";
import { useMutation, useSubject } from "./subject.ts";

const list = hrefOf({ view: "endpoints" });

export function EndpointView({ id }: { readonly id: string }) {
  const { api } = useStudio();
  const path = "/api/deployments/" + encodeURIComponent(id);
  const subject = useSubject(path, parseDeployment);
  const mutation = useMutation();
  const change: Change = (fields) => mutation.run(async () => subject.put(parseDeployment(await api.ask(path, { method: "PATCH", body: fields }))));
  // Whether a key is on screen that is told only once.
  const [fresh, setFresh] = useState(false);
  const { data, error, refresh } = subject;
  return (
    <>
      <nav class="crumbs" aria-label="Breadcrumb">
        <a href={list}>Endpoints</a>
        <span aria-hidden="true">/</span>
        <span class="crumb" aria-current="page">
          {data?.slug || id}
        </span>
      </nav>
      {data === null && error !== null && (
        <>
          <Heading title="No endpoint to show" />
          <div class="stack">
            <ErrorBox what="Failed to load the endpoint" error={error} onRetry={refresh} />
            <EmptyState title="It may have been deleted, or belong to another project.">
              <a href={list}>Back to endpoints</a>
            </EmptyState>
          </div>
        </>
      )}
      {data === null && error === null && (
        <>
          <Heading title="Endpoint" />
          <Skeleton lines={5} />
        </>
      )}
      {data !== null && (
        <>
          <Head endpoint={data} path={path} busy={mutation.busy} change={change} fresh={fresh} />
          <div class="stack">
            {error !== null && <ErrorBox what="Failed to load the endpoint" error={error} onRetry={refresh} />}
            {mutation.error !== null && <ErrorBox what="The endpoint was not changed" error={mutation.error} />}
            <QuickStart endpoint={data} />
            <SettingsCard endpoint={data} busy={mutation.busy} change={change} />
          </div>
        </>
      )}
      {/* Asked for beside the endpoint, not behind it. */}
      {(data !== null || error === null) && <KeysCard path={path} enforced={data === null || data.authMode !== "none"} onFresh={setFresh} />}
    </>
  );
}

interface HeadProps {
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly busy: boolean;
  readonly change: Change;
  readonly fresh: boolean;
}

function Head({ endpoint, path, busy, change, fresh }: HeadProps) {
  const { api, router } = useStudio();
  const [asking, ask] = useState(false);
  const { target, enabled } = endpoint;
  async function remove(): Promise<void> {
    await api.delete(path);
    router.backOr(list);
  }
  return (
    <>
      <Heading title={endpoint.slug || "Endpoint"}>
        <span role="status">
          <EnabledBadge enabled={enabled} />
        </span>
        <div class="row endpoint-actions">
          {target !== null && (
            <a class="button" href={hrefOf({ view: "playground", ...wishFor(target) })}>
              Try it
            </a>
          )}
          <Button busy={busy} onClick={() => void change({ enabled: !enabled })}>
            {enabled ? "Disable" : "Enable"}
          </Button>
          <Button kind="danger" disabled={busy} onClick={() => ask(true)}>
            Delete
          </Button>
        </div>
      </Heading>
      {asking && (
        <Confirm title={`Delete ${endpoint.slug}?`} confirm="Delete" keep="Keep it" danger onConfirm={remove} onClose={() => ask(false)}>
          Its address stops answering and its keys are gone. This cannot be undone.
          {fresh && " The key that is on screen is lost with it."}
        </Confirm>
      )}
    </>
  );
}
