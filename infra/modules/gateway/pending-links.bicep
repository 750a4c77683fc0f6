metadata description = 'Private links to a gateway that wait for approval and say that they are Front Door\'s.'

import { privateLinkMessage } from '../edge/types.bicep'

@description('Name of the API Management service.')
param service string

resource gateway 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: service
}

var pending = filter(
  gateway.properties.?privateEndpointConnections ?? [],
  link =>
    link.?properties.?privateLinkServiceConnectionState.?status == 'Pending' && link.?properties.?privateLinkServiceConnectionState.?description == privateLinkMessage
)

output names string[] = map(pending, link => link.name!)
