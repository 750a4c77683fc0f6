// What raises a suspicion in the failover app, and pages people. No alert moves traffic by itself: the app probes what it names.
import { tagsType } from '../../types.bicep'

@export()
type watchedType = {
  @description('Id of the resource.')
  id: string

  @description('Its location, which the app reads as the region the alert is about.')
  location: string
}

@description('Name of the platform: every rule\'s name ends in it.')
param name string

@description('Location of the log alerts: the workspace\'s.')
param location string

@description('Foundry accounts.')
param accounts watchedType[]

@description('API Management instances.')
param gateways watchedType[]

@description('Log Analytics workspace of the gateways\' logs.')
param workspaceId string

@description('Id of the action group.')
param actionGroupId string

@description('Services whose incidents are heard of, as Service Health names them. Empty for all.')
param services string[] = []

@description('Tags of every resource.')
param tags tagsType

// A model deployment answers 5xx: Azure counts nothing else against its availability, least of all 429 (azure-facts 4.1).
resource availability 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for account in accounts: {
    name: 'foundry-availability-${account.location}-${name}'
    location: 'global'
    tags: tags
    properties: {
      description: 'A model deployment of ${account.location} answers with 5xx'
      severity: 1
      enabled: true
      scopes: [account.id]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'availability'
            metricNamespace: 'Microsoft.CognitiveServices/accounts'
            metricName: 'AzureOpenAIAvailabilityRate'
            dimensions: [{ name: 'ModelDeploymentName', operator: 'Include', values: ['*'] }]
            operator: 'LessThan'
            threshold: 99
            timeAggregation: 'Average'
          }
        ]
      }
      actions: [{ actionGroupId: actionGroupId, webHookProperties: { region: account.location } }]
    }
  }
]

// A quota runs out. Slower and milder than the one above: it is for a shed or a bigger quota, not for leaving the region.
resource throttling 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for account in accounts: {
    name: 'foundry-throttling-${account.location}-${name}'
    location: 'global'
    tags: tags
    properties: {
      description: 'A model deployment of ${account.location} answers many requests with 429'
      severity: 3
      enabled: true
      scopes: [account.id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'throttled'
            metricNamespace: 'Microsoft.CognitiveServices/accounts'
            metricName: 'AzureOpenAIRequests'
            dimensions: [
              { name: 'StatusCode', operator: 'Include', values: ['429'] }
              { name: 'ModelDeploymentName', operator: 'Include', values: ['*'] }
            ]
            operator: 'GreaterThan'
            threshold: 100
            timeAggregation: 'Total'
          }
        ]
      }
      actions: [{ actionGroupId: actionGroupId, webHookProperties: { region: account.location } }]
    }
  }
]

// A gateway's own answers, after its retries: what clients see.
resource gatewayErrors 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for gateway in gateways: {
    name: 'gateway-errors-${gateway.location}-${name}'
    location: 'global'
    tags: tags
    properties: {
      description: 'The gateway of ${gateway.location} answers clients with 5xx'
      severity: 1
      enabled: true
      scopes: [gateway.id]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'server-errors'
            metricNamespace: 'Microsoft.ApiManagement/service'
            metricName: 'Requests'
            dimensions: [{ name: 'GatewayResponseCodeCategory', operator: 'Include', values: ['5xx'] }]
            operator: 'GreaterThan'
            threshold: 20
            timeAggregation: 'Total'
          }
        ]
      }
      actions: [{ actionGroupId: actionGroupId, webHookProperties: { region: gateway.location } }]
    }
  }
]

// Per backend, as the gateways saw it: also what was never answered. Says which gateway and which backend; three to ten minutes late.
resource backendErrors 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'backend-errors-${name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Backend answers with 5xx'
    description: 'More than 5 % of the requests that a gateway sent to a backend failed'
    severity: 2
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT10M'
    autoMitigate: true
    // The tables come into being with the first log that arrives.
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: loadTextContent('../../queries/backend-server-errors.kql')
          metricMeasureColumn: 'ServerErrorPercent'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 5
          resourceIdColumn: '_ResourceId'
          dimensions: [{ name: 'BackendId', operator: 'Include', values: ['*'] }]
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [actionGroupId] }
  }
}

// Nobody watches the platform: a timer that stops is not restarted by anything (azure-facts 6.8). Only people can act on this one.
resource heartbeat 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'failover-heartbeat-${name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'The failover app has stopped probing'
    description: 'No probe round ended well in the last 15 minutes: a region\'s failure would go unnoticed'
    severity: 0
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: loadTextContent('../../queries/heartbeat.kql')
          metricMeasureColumn: 'Rounds'
          timeAggregation: 'Total'
          operator: 'LessThan'
          threshold: 1
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [actionGroupId] }
  }
}

// Not narrowed by region: an incident names regions by display names, and the app passes over those it has nothing in.
resource serviceHealth 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: 'service-health-${name}'
  location: 'global'
  tags: tags
  properties: {
    description: 'Azure reports an incident'
    enabled: true
    scopes: [subscription().id]
    condition: {
      allOf: concat(
        [
          { field: 'category', equals: 'ServiceHealth' }
          { field: 'properties.incidentType', equals: 'Incident' }
        ],
        empty(services) ? [] : [{ field: 'properties.impactedServices[*].ServiceName', containsAny: services }]
      )
    }
    actions: { actionGroups: [{ actionGroupId: actionGroupId }] }
  }
}

// Every change of health by the platform's doing, recovery included: that clears the suspicion.
resource resourceHealth 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: 'resource-health-${name}'
  location: 'global'
  tags: tags
  properties: {
    description: 'A gateway or Foundry account became unavailable, or available again'
    enabled: true
    scopes: map(concat(accounts, gateways), watched => watched.id)
    condition: {
      allOf: [
        { field: 'category', equals: 'ResourceHealth' }
        { field: 'properties.cause', equals: 'PlatformInitiated' }
      ]
    }
    actions: { actionGroups: [{ actionGroupId: actionGroupId }] }
  }
}

// Somebody takes away what carries traffic. Writes are left out: the app itself makes them all the time.
resource removals 'Microsoft.Insights/activityLogAlerts@2020-10-01' = {
  name: 'removals-${name}'
  location: 'global'
  tags: tags
  properties: {
    description: 'A gateway, a backend, a Foundry account or a model deployment was deleted'
    enabled: true
    scopes: map(concat(accounts, gateways), watched => watched.id)
    condition: {
      allOf: [
        { field: 'category', equals: 'Administrative' }
        { field: 'status', equals: 'Succeeded' }
        {
          anyOf: [
            { field: 'operationName', equals: 'Microsoft.CognitiveServices/accounts/delete' }
            { field: 'operationName', equals: 'Microsoft.CognitiveServices/accounts/deployments/delete' }
            { field: 'operationName', equals: 'Microsoft.ApiManagement/service/delete' }
            { field: 'operationName', equals: 'Microsoft.ApiManagement/service/backends/delete' }
          ]
        }
      ]
    }
    actions: { actionGroups: [{ actionGroupId: actionGroupId }] }
  }
}
