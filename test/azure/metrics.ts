/** Answers of Azure Monitor's metrics, as they come on the wire. */
import { createMetricsReader } from "../../src/azure/monitor/metrics-reader.ts";
import type { Deployment, Estate, SignalsPolicy } from "../../src/domain/estate.ts";
import type { MetricsReader } from "../../src/ports.ts";
import { staticCredential, type RecordingCredential } from "../support/credential.ts";
import { deployment, estate } from "./fixtures.ts";
import type { Reply, Seen } from "./stub.ts";

export const FROM = new Date("2026-01-01T00:00:00.000Z");
export const TO = new Date("2026-01-01T00:03:00.000Z");

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

export function reading(
  url: string,
  deployments: readonly Deployment[] = [deployment(url)],
  metrics: Partial<SignalsPolicy["metrics"]> = {},
): { readonly credential: RecordingCredential; readonly reader: MetricsReader } {
  const policy: Estate["signals"] = { metrics: { names: "azureOpenAI", api: "arm", ...metrics }, logs: null };
  const credential = staticCredential();
  return { credential, reader: createMetricsReader(estate(url, { deployments, signals: policy }), credential) };
}

export function paramsOf({ url }: Seen): Record<string, string> {
  return Object.fromEntries(new URL(url, "https://h").searchParams);
}
