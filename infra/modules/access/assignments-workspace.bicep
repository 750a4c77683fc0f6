// Reading gateway logs, and sending telemetry to an Application Insights that takes no keys.
@description('Name of the Log Analytics workspace in this resource group.')
param workspace string

@description('Name of the Application Insights component in this resource group.')
param applicationInsights string

@description('Object id of the app\'s identity; it reads logs and sends telemetry.')
param principalId string

@description('Object ids of the gateways\' identities; they send telemetry.')
param gatewayPrincipalIds string[] = []

var logAnalyticsReaderId = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '73c42c96-874c-492b-b04d-ab87d138a893')
var monitoringMetricsPublisherId = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '3913510d-42f4-4e42-8a64-420c390055eb')

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: workspace
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsights
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: logs
  name: guid(logs.id, principalId, logAnalyticsReaderId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: logAnalyticsReaderId
  }
}

resource publishers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for publisher in concat([principalId], gatewayPrincipalIds): {
    scope: insights
    name: guid(insights.id, publisher, monitoringMetricsPublisherId)
    properties: {
      principalId: publisher
      principalType: 'ServicePrincipal'
      roleDefinitionId: monitoringMetricsPublisherId
    }
  }
]
