metadata description = 'Where a gateway says what it did: metrics and traces to Application Insights, requests and their tokens to Log Analytics.'

@description('Name of the API Management service.')
param service string

param applicationInsightsId string
param connectionString string
param workspaceId string

resource gateway 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: service
}

// By the service's own identity, which needs Monitoring Metrics Publisher on the component: the connection string alone opens nothing.
resource insights 'Microsoft.ApiManagement/service/loggers@2024-05-01' = {
  parent: gateway
  name: 'application-insights'
  properties: {
    loggerType: 'applicationInsights'
    resourceId: applicationInsightsId
    credentials: { connectionString: connectionString, identityClientId: 'SystemAssigned' }
  }
}

resource monitor 'Microsoft.ApiManagement/service/loggers@2024-05-01' = {
  parent: gateway
  name: 'azuremonitor'
  properties: { loggerType: 'azureMonitor' }
}

// Custom metrics, so what llm-emit-token-metric counts, are only sent where `metrics` is on.
resource toInsights 'Microsoft.ApiManagement/service/diagnostics@2024-05-01' = {
  parent: gateway
  name: 'applicationinsights'
  properties: {
    loggerId: insights.id
    alwaysLog: 'allErrors'
    metrics: true
    httpCorrelationProtocol: 'W3C'
    verbosity: 'information'
    logClientIp: false
    sampling: { samplingType: 'fixed', percentage: 10 }
  }
}

// Every request: the app counts failures per backend in these rows. Neither prompts nor answers are logged, only who used how many tokens.
resource toMonitor 'Microsoft.ApiManagement/service/diagnostics@2025-03-01-preview' = {
  parent: gateway
  name: 'azuremonitor'
  properties: {
    loggerId: monitor.id
    alwaysLog: 'allErrors'
    verbosity: 'information'
    logClientIp: false
    sampling: { samplingType: 'fixed', percentage: 100 }
    largeLanguageModel: { logs: 'enabled' }
  }
}

resource settings 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: gateway
  properties: {
    workspaceId: workspaceId
    // Tables of their own (ApiManagementGatewayLogs), which the app and the alerts query.
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      { category: 'GatewayLogs', enabled: true }
      { category: 'GatewayLlmLogs', enabled: true }
    ]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}
