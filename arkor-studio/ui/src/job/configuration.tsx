import { configRows } from "../formats/config.ts";
import type { Fields } from "../net/shapes.ts";
import { CopyButton } from "../parts/copy-button.tsx";

export function Configuration({ config }: { readonly config: Fields }) {
  const rows = configRows(config);
  return (
    <section class="card" aria-labelledby="configuration">
      <div class="card-head">
        <h2 id="configuration">Configuration</h2>
        <CopyButton text={JSON.stringify(config, null, 2)} label="Copy the configuration as JSON" />
      </div>
      {rows.length === 0 ? (
        <p class="card-body quiet">The job has none.</p>
      ) : (
        <dl class="facts facts-mono card-body">
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd title={value}>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}
