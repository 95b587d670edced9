import { columns, type Curve } from "./curve.ts";

/** Every row of a curve, for a spreadsheet. */
export function csvOf(curve: Curve): string {
  const rows = curve.steps.map((step, at) => [step, ...columns.map((column) => curve.values[column][at] ?? "")].join(","));
  return [["step", ...columns].join(","), ...rows, ""].join("\n");
}
