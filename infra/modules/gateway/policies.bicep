metadata description = 'What a gateway does with a request: named values, fragments, APIs, the product and their policies. The same files for every gateway.'

import { backendType } from '../../types.bicep'

@description('Name of the API Management service.')
param service string

@description('Location of the gateway, by which its health gate is asked for.')
param region string

param tenantId string

@description('Audience of the tokens that clients bring.')
param apiAudience string

@description('Client id of the app\'s managed identity, which alone may use the witness.')
param failoverClientId string

param failoverAppUrl string

@description('Names of the backend pools, one per model deployment.')
param modelPools string[]

param backends backendType[]

@description('What one caller of the product `standard` may use.')
@minValue(1)
param tokensPerMinute int

// One entry per region: a named value holds 4,096 characters, which an entry per backend would exceed.
var targets = union(map(backends, backend => '${backend.location}=${backend.url}'), [])
var namedValues = {
  'tenant-id': tenantId
  'api-audience': apiAudience
  'failover-client-id': failoverClientId
  'failover-app-url': failoverAppUrl
  region: region
  'model-pools': ',${join(modelPools, ',')},'
  'backend-targets': ',${join(targets, ',')},'
  'tokens-per-minute': string(tokensPerMinute)
}

var fragments = {
  'entra-token': loadTextContent('../../policies/fragments/entra-token.xml')
  'token-limit': loadTextContent('../../policies/fragments/token-limit.xml')
  'token-metrics': loadTextContent('../../policies/fragments/token-metrics.xml')
  route: loadTextContent('../../policies/fragments/route.xml')
  forward: loadTextContent('../../policies/fragments/forward.xml')
  'normalise-request': loadTextContent('../../policies/fragments/normalise-request.xml')
  'normalise-response': loadTextContent('../../policies/fragments/normalise-response.xml')
}

resource gateway 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: service
}

resource values 'Microsoft.ApiManagement/service/namedValues@2024-05-01' = [
  for entry in items(namedValues): {
    parent: gateway
    name: entry.key
    properties: { displayName: entry.key, value: entry.value, secret: false }
  }
]

resource parts 'Microsoft.ApiManagement/service/policyFragments@2024-05-01' = [
  for entry in items(fragments): {
    parent: gateway
    name: entry.key
    properties: { format: 'xml', value: entry.value }
    dependsOn: [values]
  }
]

resource all 'Microsoft.ApiManagement/service/policies@2024-05-01' = {
  parent: gateway
  name: 'policy'
  properties: { format: 'xml', value: loadTextContent('../../policies/global.xml') }
  dependsOn: [parts]
}

module openai 'api-openai.bicep' = {
  name: '${service}-openai'
  params: { service: service }
  dependsOn: [parts]
}

module failover 'api-failover.bicep' = {
  name: '${service}-failover'
  params: { service: service }
  dependsOn: [parts]
}
