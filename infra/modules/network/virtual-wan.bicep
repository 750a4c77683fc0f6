metadata description = 'Virtual WAN: a hub beside every virtual network, all of them in reach of each other.'

import { virtualHubName, virtualHubPrefix, virtualWanName } from '../../naming.bicep'
import { tagsType, vnetKind } from '../../types.bicep'

type networkType = {
  vnetId: string
  kind: vnetKind
  location: string
  addressPrefix: string
}

@description('Name of the estate.')
param name string
param location string
param networks networkType[]
param workspaceId string
param tags tagsType

resource wan 'Microsoft.Network/virtualWans@2025-05-01' = {
  name: virtualWanName(name)
  location: location
  tags: tags
  properties: { type: 'Standard', allowBranchToBranchTraffic: true }
}

var hubNames = map(networks, network => virtualHubName(name, network.kind, network.location))

resource hubs 'Microsoft.Network/virtualHubs@2025-05-01' = [
  for (network, i) in networks: {
    name: hubNames[i]
    location: network.location
    tags: tags
    properties: {
      virtualWan: { id: wan.id }
      addressPrefix: virtualHubPrefix(network.addressPrefix)
      sku: 'Standard'
    }
  }
]

// Without a routing configuration a connection uses and feeds the hub's default table: any network reaches any other.
resource connections 'Microsoft.Network/virtualHubs/hubVirtualNetworkConnections@2025-05-01' = [
  for (network, i) in networks: {
    parent: hubs[i]
    name: last(split(network.vnetId, '/'))
    properties: {
      remoteVirtualNetwork: { id: network.vnetId }
      enableInternetSecurity: false
    }
  }
]

resource hubMetrics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = [
  for (network, i) in networks: {
    name: 'workspace'
    scope: hubs[i]
    properties: {
      workspaceId: workspaceId
      metrics: [{ category: 'AllMetrics', enabled: true }]
    }
  }
]

output id string = wan.id
