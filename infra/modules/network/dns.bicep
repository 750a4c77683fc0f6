metadata description = 'Private DNS zones, linked to every virtual network: whoever asks in one of them is led to the private endpoint.'

import { tagsType } from '../../types.bicep'

import { dnsZones } from '../../naming.bicep'

@description('Ids of the virtual networks.')
param vnetIds string[]
param tags tagsType

var zones = dnsZones(environment().suffixes.storage)

module zone 'dns-zone.bicep' = [
  for name in zones: {
    name: 'zone-${name}'
    params: { name: name, vnetIds: vnetIds, tags: tags }
  }
]

output zoneIds string[] = [for (name, i) in zones: zone[i].outputs.id]
