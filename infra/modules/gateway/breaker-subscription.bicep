metadata description = 'A gateway\'s breaker events to the app.'

param topic string

@description('Resource id of the function breakerEvents.')
param functionId string

resource source 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topic
}

resource subscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: source
  name: 'foundry-failover'
  properties: {
    eventDeliverySchema: 'CloudEventSchemaV1_0'
    destination: { endpointType: 'AzureFunction', properties: { resourceId: functionId, maxEventsPerBatch: 1 } }
    filter: {
      includedEventTypes: ['Microsoft.ApiManagement.CircuitBreaker.Opened', 'Microsoft.ApiManagement.CircuitBreaker.Closed']
    }
    // An event is a reason to look at once: one that is minutes old is worth nothing, so there is no dead-lettering either.
    retryPolicy: { maxDeliveryAttempts: 5, eventTimeToLiveInMinutes: 5 }
  }
}
