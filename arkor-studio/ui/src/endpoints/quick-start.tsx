import { useState } from "preact/hooks";

import { Button } from "../parts/button.tsx";
import { CodeBlock } from "../parts/code-block.tsx";
import { CopyButton } from "../parts/copy-button.tsx";
import { addressesOf, languages, sampleOf, type Language } from "./samples.ts";
import type { Endpoint } from "./shapes.ts";

/** Where it answers, and how to ask. */
export function QuickStart({ endpoint }: { readonly endpoint: Endpoint }) {
  const [open, setOpen] = useState(true);
  const { url } = endpoint;
  const addresses = url === null ? null : addressesOf(url);
  return (
    <section class="card" aria-labelledby="quick-start">
      <div class="card-head">
        <h2 id="quick-start">Address</h2>
        {addresses && (
          <Button expanded={open} onClick={() => setOpen(!open)}>
            {open ? "Hide the samples" : "Show the samples"}
          </Button>
        )}
      </div>
      <div class="card-body form-rows">
        {url === null && (
          <p class="quiet">
            This backend does not publish endpoints yet, so there is no address to call. The endpoint and its keys are kept, and you can try what it answers with
            in the Playground.
          </p>
        )}
        {url !== null && (
          <div class="endpoint-url">
            <code>{addresses?.chat ?? url}</code>
            <CopyButton text={addresses?.chat ?? url} label="Copy the address" />
          </div>
        )}
        {url !== null && addresses === null && <p class="text-bad">The backend names an address that cannot be called.</p>}
        {addresses && open && <Samples endpoint={endpoint} addresses={addresses} />}
      </div>
    </section>
  );
}

function Samples({ endpoint, addresses }: { readonly endpoint: Endpoint; readonly addresses: NonNullable<ReturnType<typeof addressesOf>> }) {
  const [language, choose] = useState<Language>("cURL");
  const [streams, setStreams] = useState(false);
  const code = sampleOf(language, { addresses, slug: endpoint.slug, needsKey: endpoint.authMode !== "none", streams });
  return (
    <>
      <div class="row">
        <div class="row" role="group" aria-label="Language">
          {languages.map((one) => (
            <Button key={one} pressed={language === one} onClick={() => choose(one)}>
              {one}
            </Button>
          ))}
        </div>
        <label class="check">
          <input type="checkbox" checked={streams} onChange={(event) => setStreams(event.currentTarget.checked)} /> Streaming
        </label>
        <span class="quiet">POST /v1/chat/completions</span>
      </div>
      <CodeBlock code={code} label="Copy the sample" />
    </>
  );
}
