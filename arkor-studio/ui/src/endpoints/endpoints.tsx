import { useState } from "preact/hooks";

import "./endpoints.css";
import { isMissing } from "../net/api.ts";
import { Button } from "../parts/button.tsx";
import { focusHeading, Heading } from "../parts/heading.tsx";
import { EmptyState, ErrorBox, Skeleton } from "../parts/states.tsx";
import { Time } from "../parts/time.tsx";
import { hrefOf } from "../router/route.ts";
import { useIdentity } from "../shell/use-identity.ts";
import { CreateForm } from "./create-form.tsx";
import { EnabledBadge } from "./enabled-badge.tsx";
import { authLine, parseDeployments, targetLine, type Endpoint } from "./shapes.ts";
import { useSubject } from "./subject.ts";

export function Endpoints() {
  const { data, error, refresh } = useSubject("/api/deployments", parseDeployments);
  const { data: identity } = useIdentity();
  const [creating, create] = useState(false);
  const offered = !isMissing(error);
  const close = (): void => {
    create(false);
    focusHeading();
  };
  return (
    <>
      <Heading title="Endpoints">
        {offered && !creating && (
          <Button kind="primary" onClick={() => create(true)}>
            New endpoint
          </Button>
        )}
      </Heading>
      <div class="stack">
        {creating && (
          <CreateForm
            taken={(data?.endpoints ?? []).map(({ slug }) => slug)}
            onDone={() => {
              close();
              refresh();
            }}
            onClose={close}
          />
        )}
        {error !== null && offered && <ErrorBox what="Failed to load the endpoints" error={error} onRetry={refresh} />}
        <div class="card" hidden={creating && data?.endpoints.length === 0}>
          {!offered && <EmptyState title="This backend has no endpoints">Update it, or choose another one in arkor.config.ts.</EmptyState>}
          {data === null && error === null && (
            <div class="card-body">
              <Skeleton lines={4} />
            </div>
          )}
          {data?.scopeMissing && (
            <EmptyState title="This folder has no project yet" command="arkor start">
              The first training makes one, and so does the first endpoint.
              {identity !== null && identity.mode !== "local" && (
                <>
                  {" "}
                  With an account, choose a project on the <a href="#/">Overview</a>; signed out, run <code>arkor login</code>.
                </>
              )}
            </EmptyState>
          )}
          {data?.scopeMissing === false && data.endpoints.length === 0 && (
            <EmptyState title="No endpoints yet">An endpoint gives what you have trained an address, to which any OpenAI client can talk.</EmptyState>
          )}
          {data !== null && data.endpoints.length > 0 && <List endpoints={data.endpoints} />}
        </div>
      </div>
    </>
  );
}

function List({ endpoints }: { readonly endpoints: readonly Endpoint[] }) {
  return (
    <ul class="endpoint-list">
      {endpoints.map((endpoint) => (
        <li key={endpoint.id}>
          <div>
            <a href={hrefOf({ view: "endpoint", id: endpoint.id })}>{endpoint.slug || endpoint.id}</a>
            <p class="quiet">{targetLine(endpoint.target)}</p>
          </div>
          <span class="quiet">{authLine(endpoint.authMode)}</span>
          <span class="quiet">
            <Time at={endpoint.createdAt} />
          </span>
          <EnabledBadge enabled={endpoint.enabled} />
        </li>
      ))}
    </ul>
  );
}
