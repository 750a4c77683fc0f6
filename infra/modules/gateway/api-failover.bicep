metadata description = 'What Front Door and the app ask a gateway: its health gate and, as a second witness, one of its backends.'

@description('Name of the API Management service; values and fragments exist.')
param service string

resource gateway 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: service
}

resource api 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: gateway
  name: 'foundry-failover'
  properties: {
    displayName: 'Foundry Failover'
    description: 'Health gate and witness'
    path: 'foundry-failover'
    protocols: ['https']
    // A probe of Front Door cannot bring a key or a token (azure-facts 2.3); the witness's policy asks for a token itself.
    subscriptionRequired: false
  }
}

resource policy 'Microsoft.ApiManagement/service/apis/policies@2024-05-01' = {
  parent: api
  name: 'policy'
  properties: { format: 'xml', value: loadTextContent('../../policies/apis/failover.xml') }
}

// One write of an API at a time, as another one is answered 409 (azure-facts 1.5): policy, health, witness.
@batchSize(1)
resource health 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = [
  for method in ['GET', 'HEAD']: {
    parent: api
    name: 'health-${toLower(method)}'
    properties: { displayName: 'Health (${method})', method: method, urlTemplate: '/health' }
    dependsOn: [policy]
  }
]

@batchSize(1)
resource healthPolicy 'Microsoft.ApiManagement/service/apis/operations/policies@2024-05-01' = [
  for (method, index) in ['GET', 'HEAD']: {
    parent: health[index]
    name: 'policy'
    properties: { format: 'xml', value: loadTextContent('../../policies/operations/health.xml') }
  }
]

resource witness 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = {
  parent: api
  name: 'witness'
  properties: {
    displayName: 'Witness'
    method: 'GET'
    urlTemplate: '/witness/{backend}'
    templateParameters: [{ name: 'backend', type: 'string', required: true }]
  }
  dependsOn: [healthPolicy]
}

resource witnessPolicy 'Microsoft.ApiManagement/service/apis/operations/policies@2024-05-01' = {
  parent: witness
  name: 'policy'
  properties: { format: 'xml', value: loadTextContent('../../policies/operations/witness.xml') }
}
