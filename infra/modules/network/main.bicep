metadata description = 'All networks of an estate and what joins them.'

import { tagsType, topologyType, vnetKind } from '../../types.bicep'
import { firewallAddress, firewallName, groupName, platformGroupName, subnetPlan, vnetId, vnetName } from '../../naming.bicep'

targetScope = 'subscription'

@export()
type networkType = {
  kind: vnetKind
  location: string
  addressPrefix: string
}

@description('Name of the estate.')
param name string
param topology topologyType
param connectivity 'peering' | 'virtualWan'
param networks networkType[]
param deployFirewall bool
param workspaceId string
param tags tagsType

var regions = filter(networks, network => network.kind == 'region')
var hubs = filter(networks, network => network.kind == 'hub')
var firewallKind = topology == 'hubAndSpoke' ? 'hub' : 'region'
var guarded = deployFirewall ? filter(networks, network => network.kind == firewallKind) : []

func groupOf(name string, network networkType) string =>
  network.kind == 'control' ? platformGroupName(name) : groupName(name, network.location)

func idOf(name string, network networkType) string => vnetId(subscription().subscriptionId, name, network.kind, network.location)

// A peering leads no further than to its two networks: spokes meet the hubs, and control must reach everything it probes by itself.
func peers(topology topologyType, one networkType, other networkType) bool =>
  '${one.kind} ${one.location}' == '${other.kind} ${other.location}'
    ? false
    : topology == 'hubToHub' || one.kind != 'region' || other.kind != 'region'

// Spokes share out the hubs.
func hubOf(hubs networkType[], regions networkType[], network networkType) networkType =>
  hubs[indexOf(map(regions, region => region.location), network.location) % length(hubs)]

func guardOf(hubs networkType[], regions networkType[], network networkType) networkType =>
  empty(hubs) ? network : hubOf(hubs, regions, network)

module vnets 'vnet.bicep' = [
  for network in networks: {
    name: 'vnet-${network.kind}-${network.location}'
    scope: resourceGroup(groupOf(name, network))
    params: {
      name: name
      location: network.location
      addressPrefix: network.addressPrefix
      kind: network.kind
      withFirewall: contains(guarded, network)
      egressAddress: deployFirewall && network.kind == 'region' ? firewallAddress(guardOf(hubs, regions, network).addressPrefix) : ''
      workspaceId: workspaceId
      tags: tags
    }
  }
]

module firewalls 'firewall.bicep' = [
  for network in guarded: {
    name: 'firewall-${network.kind}-${network.location}'
    scope: resourceGroup(groupOf(name, network))
    params: {
      name: firewallName(name, network.kind, network.location)
      location: network.location
      vnetId: idOf(name, network)
      sourcePrefixes: map(
        filter(regions, region => guardOf(hubs, regions, region) == network),
        region => subnetPlan(region.addressPrefix).workloads
      )
      workspaceId: workspaceId
      tags: tags
    }
    dependsOn: [vnets]
  }
]

// One network after another, as each peering changes two of them.
@batchSize(1)
module peerings 'peering.bicep' = [
  for network in networks: if (connectivity == 'peering') {
    name: 'peerings-${network.kind}-${network.location}'
    scope: resourceGroup(groupOf(name, network))
    params: {
      vnet: vnetName(name, network.kind, network.location)
      remoteIds: map(filter(networks, other => peers(topology, network, other)), other => idOf(name, other))
    }
    dependsOn: [vnets, firewalls]
  }
]

module virtualWan 'virtual-wan.bicep' = if (connectivity == 'virtualWan') {
  name: 'virtual-wan'
  scope: resourceGroup(platformGroupName(name))
  params: {
    name: name
    location: first(filter(networks, network => network.kind == 'control'))!.location
    networks: map(networks, network => { ...network, vnetId: idOf(name, network) })
    workspaceId: workspaceId
    tags: tags
  }
  dependsOn: [vnets, firewalls]
}

module dns 'dns.bicep' = {
  name: 'dns'
  scope: resourceGroup(platformGroupName(name))
  params: { vnetIds: map(networks, network => idOf(name, network)), tags: tags }
  dependsOn: [vnets]
}
