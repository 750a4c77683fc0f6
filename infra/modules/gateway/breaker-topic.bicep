metadata description = 'Event Grid topic of a gateway\'s circuit breakers (a preview of API Management).'

// The preview was announced for the classic tiers first (techcommunity 4412586): assumed [U] that the v2 tiers send the events too. Where
// they do not, the topic stays silent and probes find what it would have told.

import { gatewaySiteType, tagsType } from '../../types.bicep'

@export()
func breakerTopicName(service string) string => 'evgt-${service}'

param site gatewaySiteType
param workspaceId string
param tags tagsType

resource gateway 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: site.name
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: breakerTopicName(site.name)
  location: site.location
  tags: tags
  properties: { source: gateway.id, topicType: 'Microsoft.ApiManagement.Service' }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: topic
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output name string = topic.name
