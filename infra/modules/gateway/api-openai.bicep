metadata description = 'The API that clients call, in both of its forms: /openai/deployments/{deployment}/... and /openai/v1/...; and the product that meters it.'

@description('Name of the API Management service; values and fragments exist.')
param service string

resource gateway 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: service
}

resource api 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: gateway
  name: 'openai'
  properties: {
    displayName: 'OpenAI'
    description: 'Models of all regions behind one address'
    path: 'openai'
    protocols: ['https']
    // A request without a key belongs to the open product below, and its Entra token says who sent it. With a product's key it belongs
    // to that product. Clients for Azure OpenAI send a key as api-key.
    subscriptionRequired: true
    subscriptionKeyParameterNames: { header: 'api-key', query: 'subscription-key' }
  }
}

// POST asks a model; GET and DELETE are the model list and stored responses. One at a time: API Management answers 409 to a write while
// another one of the same API is under way (azure-facts 1.5).
@batchSize(1)
resource operations 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = [
  for method in ['DELETE', 'GET', 'POST']: {
    parent: api
    name: toLower(method)
    properties: { displayName: method, method: method, urlTemplate: '/*' }
  }
]

resource policy 'Microsoft.ApiManagement/service/apis/policies@2024-05-01' = {
  parent: api
  name: 'policy'
  properties: { format: 'xml', value: loadTextContent('../../policies/apis/openai.xml') }
  dependsOn: [operations]
}

// An API can belong to one open product only; products with keys and other limits may stand beside it.
resource standard 'Microsoft.ApiManagement/service/products@2024-05-01' = {
  parent: gateway
  name: 'standard'
  properties: { displayName: 'Standard', description: 'Every caller with a token', subscriptionRequired: false, state: 'published' }
}

resource link 'Microsoft.ApiManagement/service/products/apiLinks@2024-05-01' = {
  parent: standard
  name: 'openai'
  properties: { apiId: api.id }
  dependsOn: [policy]
}

resource limit 'Microsoft.ApiManagement/service/products/policies@2024-05-01' = {
  parent: standard
  name: 'policy'
  properties: { format: 'xml', value: loadTextContent('../../policies/products/standard.xml') }
}
