metadata description = 'Private endpoint of one service, registered in its DNS zones. A gateway has one of its own kind: gateway/private-endpoint.bicep.'

import { tagsType } from '../../types.bicep'

param name string
param location string
param subnetId string

@description('Id of the resource behind the endpoint.')
param serviceId string

@description('Sub-resource, for example account, sites, blob.')
param groupId string

@description('Ids of the private DNS zones that shall know its address.')
param zoneIds string[]

param tags tagsType

resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    customNetworkInterfaceName: 'nic-${name}'
    privateLinkServiceConnections: [
      { name: name, properties: { privateLinkServiceId: serviceId, groupIds: [groupId] } }
    ]
  }
}

resource registration 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = {
  parent: endpoint
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [for id in zoneIds: { name: replace(last(split(id, '/')), '.', '-'), properties: { privateDnsZoneId: id } }]
  }
}

output id string = endpoint.id
