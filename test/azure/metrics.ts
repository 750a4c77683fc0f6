/** Answers of Azure Monitor's metrics, as they come on the wire. */
import type { Reply, Seen } from "./stub.ts";

/** The minute of that index; without a value it is a point without data. */
export function minute(index: number, value?: number, aggregation = "total"): object {
  return { timeStamp: `2026-01-01T00:0${index}:00Z`, ...(value === undefined ? {} : { [aggregation]: value }) };
}

/** Of deployment gpt-4o, unless the dimensions say otherwise. */
export function series(dimensions: Readonly<Record<string, string>>, ...data: object[]): object {
  const all = { modeldeploymentname: "gpt-4o", ...dimensions };
  return { metadatavalues: Object.entries(all).map(([name, value]) => ({ name: { value: name, localizedValue: name }, value })), data };
}

export function metric(name: string, timeseries: object[], extra: object = { errorCode: "Success" }): Reply {
  const value = [{ id: "i", type: "Microsoft.Insights/metrics", name: { value: name }, unit: "Count", timeseries, ...extra }];
  return { body: { cost: 0, timespan: "2026-01-01T00:00:00.000Z/2026-01-01T00:03:00.000Z", interval: "PT1M", value } };
}

export function failed(message: string): Reply {
  return { status: 400, body: { code: "BadRequest", message } };
}

export function metricOf(request: Seen): string {
  return new URL(request.url, "https://h").searchParams.get("metricnames") ?? "";
}
