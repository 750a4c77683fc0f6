metadata description = 'Approves private links to a gateway.'

@description('Name of the API Management service.')
param service string

param names string[]

resource gateway 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: service
}

@batchSize(1)
resource link 'Microsoft.ApiManagement/service/privateEndpointConnections@2024-05-01' = [
  for name in names: {
    parent: gateway
    name: name
    properties: { privateLinkServiceConnectionState: { status: 'Approved', description: 'Approved for Front Door' } }
  }
]
