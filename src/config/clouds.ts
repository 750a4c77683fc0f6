/** The Azure clouds that an estate can name. Audiences are without `/.default`. */
import type { CloudEndpoints } from "../domain/estate.ts";

export const CLOUD_NAMES = ["public", "usGovernment", "china"] as const;
export type CloudName = (typeof CLOUD_NAMES)[number];

// Authorities, Log Analytics, batch metrics and Resource Manager audiences: constants of @azure/identity and @azure/monitor-query;
// Foundry audiences: those that Azure's SDKs name for Cognitive Services. Unproven [U]: the regional hosts of batch metrics outside
// the public cloud, and which of these services China has at all.
export const CLOUDS = {
  public: {
    resourceManager: "https://management.azure.com",
    resourceManagerAudience: "https://management.azure.com",
    authority: "https://login.microsoftonline.com",
    logAnalytics: "https://api.loganalytics.io",
    logAnalyticsAudience: "https://api.loganalytics.io",
    metricsBatch: "https://{region}.metrics.monitor.azure.com",
    metricsBatchAudience: "https://metrics.monitor.azure.com",
    cognitiveServicesAudience: "https://cognitiveservices.azure.com",
  },
  usGovernment: {
    resourceManager: "https://management.usgovcloudapi.net",
    resourceManagerAudience: "https://management.usgovcloudapi.net",
    authority: "https://login.microsoftonline.us",
    logAnalytics: "https://api.loganalytics.us",
    logAnalyticsAudience: "https://api.loganalytics.us",
    metricsBatch: "https://{region}.metrics.monitor.azure.us", // [U]
    metricsBatchAudience: "https://metrics.monitor.azure.us",
    cognitiveServicesAudience: "https://cognitiveservices.azure.us",
  },
  china: {
    resourceManager: "https://management.chinacloudapi.cn",
    resourceManagerAudience: "https://management.chinacloudapi.cn",
    authority: "https://login.chinacloudapi.cn",
    logAnalytics: "https://api.loganalytics.azure.cn",
    logAnalyticsAudience: "https://api.loganalytics.azure.cn",
    metricsBatch: "https://{region}.metrics.monitor.azure.cn", // [U]
    metricsBatchAudience: "https://metrics.monitor.azure.cn",
    cognitiveServicesAudience: "https://cognitiveservices.azure.cn",
  },
} as const satisfies Record<CloudName, CloudEndpoints>;
