metadata description = 'One private DNS zone and its links.'

import { tagsType } from '../../types.bicep'

param name string
param vnetIds string[]
param tags tagsType

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: name
  location: 'global'
  tags: tags
}

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for id in vnetIds: {
    parent: zone
    name: last(split(id, '/'))
    location: 'global'
    tags: tags
    properties: { virtualNetwork: { id: id }, registrationEnabled: false }
  }
]

output id string = zone.id
