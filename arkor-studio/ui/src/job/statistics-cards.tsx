import { useMemo } from "preact/hooks";

import { statisticsOf } from "../chart/statistics.ts";
import type { Values } from "../chart/thin.ts";
import type { Curve } from "./curve.ts";

export function StatisticsCards({ curve, version }: { readonly curve: Curve; readonly version: number }) {
  return (
    <div class="statistics">
      <Card title="Training loss" values={curve.values.loss} version={version} />
      <Card title="Eval loss" values={curve.values.evalLoss} version={version} />
    </div>
  );
}

interface CardProps {
  readonly title: string;
  readonly values: Values;
  /** The values grow in their place. */
  readonly version: number;
}

function Card({ title, values, version }: CardProps) {
  const s = useMemo(() => statisticsOf(values), [values, version]);
  const four = (n: number): string => n.toFixed(4);
  return (
    <div class="statistic">
      <h3>{title}</h3>
      {s === null ? (
        <p class="quiet">Waiting for the first value.</p>
      ) : (
        <dl>
          {[
            ["n", String(s.n)],
            ["mean, 95 % interval", `${four(s.mean)} ± ${four(s.interval)}`],
            ["standard deviation", four(s.deviation)],
            ["variance", four(s.variance)],
            ["p90", four(s.p90)],
            ["p95", four(s.p95)],
          ].map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
