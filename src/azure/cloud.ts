import type { CloudEndpoints } from "../domain/estate.ts";

/**
 * Resource manager and audiences: the constants of the SDKs (`KnownMonitor…Audience` of monitor-query 1.3.3, `AzureAuthorityHosts` of
 * identity, `AzureClouds` of arm-frontdoor, `KnownDocumentIntelligenceAudience` for the Foundry data plane). Which services each
 * sovereign cloud offers is another matter: Front Door and Azure OpenAI in `china` are unverified.
 */
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
    metricsBatch: "https://{region}.metrics.monitor.azure.us",
    metricsBatchAudience: "https://metrics.monitor.azure.us",
    cognitiveServicesAudience: "https://cognitiveservices.azure.us",
  },
  china: {
    resourceManager: "https://management.chinacloudapi.cn",
    resourceManagerAudience: "https://management.chinacloudapi.cn",
    authority: "https://login.chinacloudapi.cn",
    logAnalytics: "https://api.loganalytics.azure.cn",
    logAnalyticsAudience: "https://api.loganalytics.azure.cn",
    metricsBatch: "https://{region}.metrics.monitor.azure.cn",
    metricsBatchAudience: "https://metrics.monitor.azure.cn",
    cognitiveServicesAudience: "https://cognitiveservices.azure.cn",
  },
} as const satisfies Record<string, CloudEndpoints>;
