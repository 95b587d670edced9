import { ApiError, type Api } from "../net/api.ts";
import { parseMetrics, type Metrics } from "./curve.ts";

/** null where the backend has no curves to offer, or not now: then the events have to do. */
export async function loadMetrics(api: Api, id: string, points: number, signal: AbortSignal): Promise<Metrics | null> {
  try {
    return parseMetrics(await api.get(`/api/jobs/${encodeURIComponent(id)}/metrics?points=${points}`, signal));
  } catch (reason) {
    if (reason instanceof ApiError) return null;
    throw reason;
  }
}
