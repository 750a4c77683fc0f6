metadata description = 'The peerings of one virtual network with others; each of those needs its own to this one.'

@description('Name of the virtual network.')
param vnet string

@description('Ids of the virtual networks to peer with.')
param remoteIds string[]

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' existing = {
  name: vnet
}

// One after another: a peering is refused while one of its two networks is still being updated by another.
@batchSize(1)
resource peerings 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings@2025-05-01' = [
  for id in remoteIds: {
    parent: network
    name: last(split(id, '/'))
    properties: {
      remoteVirtualNetwork: { id: id }
      allowVirtualNetworkAccess: true
      // Workloads of a spoke leave by the hub's firewall.
      allowForwardedTraffic: true
      allowGatewayTransit: false
      useRemoteGateways: false
    }
  }
]
