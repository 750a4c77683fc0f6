metadata description = 'Private endpoint of a gateway, which is created once.'

import { tagsType } from '../../types.bicep'

param name string
param location string
param subnetId string

@description('Id of the API Management service.')
param serviceId string

@description('Id of the private DNS zone that shall know its address.')
param zoneId string

param tags tagsType

// API Management refuses the endpoint that it already has, even unchanged (PrivateEndpointBadRequest, Azure/bicep#14430): written each
// time, it would end every redeploy. One that failed to be created has to be deleted by hand.
@onlyIfNotExists()
resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    customNetworkInterfaceName: 'nic-${name}'
    privateLinkServiceConnections: [
      { name: name, properties: { privateLinkServiceId: serviceId, groupIds: ['Gateway'] } }
    ]
  }
}

resource registration 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [{ name: replace(last(split(zoneId, '/')), '.', '-'), properties: { privateDnsZoneId: zoneId } }]
  }
}
