metadata description = 'Virtual network of one location, with its subnets, their security groups and, where it stands, the route to a firewall.'

import { tagsType, vnetKind } from '../../types.bicep'
import { vnetName, natGatewayName, subnetPlan, vnetPrefixes } from '../../naming.bicep'

@description('Name of the estate.')
param name string
param location string

@description('Address space of the location: the network takes three quarters of it, the last one is left to a virtual hub.')
param addressPrefix string

param kind vnetKind

@description('Whether a firewall will stand in this network.')
param withFirewall bool

@description('Private address of the firewall through which workloads reach the Internet; empty for none: they do not reach it.')
param egressAddress string = ''

param workspaceId string
param tags tagsType

var network = vnetName(name, kind, location)
var plan = subnetPlan(addressPrefix)
var withApp = kind == 'control'

// Every group ends what it does not name: the default rules let a whole virtual network, peered ones included, talk to any port.
var denyOtherInbound = {
  name: 'deny-other-inbound'
  properties: {
    priority: 4096
    direction: 'Inbound'
    access: 'Deny'
    protocol: '*'
    sourceAddressPrefix: '*'
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: '*'
  }
}
var httpsFromNetworks = {
  name: 'allow-https-from-networks'
  properties: {
    priority: 100
    direction: 'Inbound'
    access: 'Allow'
    protocol: 'Tcp'
    sourceAddressPrefix: 'VirtualNetwork'
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: '443'
  }
}
var probesOfLoadBalancers = {
  name: 'allow-load-balancer-probes'
  properties: {
    priority: 110
    direction: 'Inbound'
    access: 'Allow'
    protocol: '*'
    sourceAddressPrefix: 'AzureLoadBalancer'
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: '*'
  }
}
// Required of a v2 Application Gateway's subnet unless its subscription has network isolation registered.
var gatewayManager = {
  name: 'allow-gateway-manager'
  properties: {
    priority: 120
    direction: 'Inbound'
    access: 'Allow'
    protocol: 'Tcp'
    sourceAddressPrefix: 'GatewayManager'
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: '65200-65535'
  }
}
var workloadsFromApplicationGateway = {
  name: 'allow-application-gateway'
  properties: {
    priority: 100
    direction: 'Inbound'
    access: 'Allow'
    protocol: 'Tcp'
    sourceAddressPrefix: plan.applicationGateway
    sourcePortRange: '*'
    destinationAddressPrefix: '*'
    destinationPortRange: '8080'
  }
}

// Integration subnets (gateway, app) need a group and no rule: nothing listens there, and what the platform says inside is its own.
var groups = concat(
  [
    { subnet: 'private-endpoints', rules: [httpsFromNetworks, denyOtherInbound] }
  ],
  [{ subnet: withApp ? 'app' : 'gateway', rules: [] }],
  kind == 'region'
    ? [
        { subnet: 'application-gateway', rules: [httpsFromNetworks, probesOfLoadBalancers, gatewayManager, denyOtherInbound] }
        { subnet: 'workloads', rules: [workloadsFromApplicationGateway, probesOfLoadBalancers, denyOtherInbound] }
      ]
    : []
)

resource securityGroups 'Microsoft.Network/networkSecurityGroups@2025-05-01' = [
  for group in groups: {
    name: 'nsg-${network}-${group.subnet}'
    location: location
    tags: tags
    properties: { securityRules: group.rules }
  }
]

resource securityGroupLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = [
  for (group, i) in groups: {
    name: 'workspace'
    scope: securityGroups[i]
    properties: {
      workspaceId: workspaceId
      logs: [{ categoryGroup: 'allLogs', enabled: true }]
    }
  }
]

resource routes 'Microsoft.Network/routeTables@2025-05-01' = if (kind == 'region' && egressAddress != '') {
  name: 'rt-${network}-workloads'
  location: location
  tags: tags
  properties: {
    disableBgpRoutePropagation: true
    routes: [
      {
        name: 'internet-by-firewall'
        properties: { addressPrefix: '0.0.0.0/0', nextHopType: 'VirtualAppliance', nextHopIpAddress: egressAddress }
      }
    ]
  }
}

// The app acts while a region is down: its way to Resource Manager and Entra must lead through no region's firewall.
module nat 'nat-gateway.bicep' = if (withApp) {
  name: 'nat-gateway-${location}'
  params: { name: natGatewayName(name, location), location: location, workspaceId: workspaceId, tags: tags }
}

func groupId(network string, subnet string) { id: string } => {
  id: resourceId('Microsoft.Network/networkSecurityGroups', 'nsg-${network}-${subnet}')
}

type delegationType = { name: string, properties: { serviceName: string } }
func delegation(service string) delegationType[] => [{ name: 'delegation', properties: { serviceName: service } }]

var privateEndpoints = [
  {
    name: 'private-endpoints'
    properties: {
      addressPrefix: plan.privateEndpoints
      defaultOutboundAccess: false
      // Without this the security group is not applied to private endpoints.
      privateEndpointNetworkPolicies: 'Enabled'
      networkSecurityGroup: groupId(network, 'private-endpoints')
    }
  }
]
// API Management v2, outbound integration: its own subnet, at least /27, delegated, with a security group.
var gateway = {
  name: 'gateway'
  properties: {
    addressPrefix: plan.gateway
    // The service itself needs storage and key vaults of Microsoft's by this subnet; nothing of ours leaves by it.
    defaultOutboundAccess: true
    delegations: delegation('Microsoft.Web/serverFarms')
    networkSecurityGroup: groupId(network, 'gateway')
  }
}
// Flex Consumption: at least /27, delegated, no underscore in the name.
var app = {
  name: 'app'
  properties: {
    addressPrefix: plan.app
    defaultOutboundAccess: false
    delegations: delegation('Microsoft.App/environments')
    natGateway: { id: resourceId('Microsoft.Network/natGateways', natGatewayName(name, location)) }
    networkSecurityGroup: groupId(network, 'app')
  }
}
var regional = [
  {
    name: 'application-gateway'
    properties: {
      addressPrefix: plan.applicationGateway
      defaultOutboundAccess: false
      // A gateway without a public address.
      delegations: delegation('Microsoft.Network/applicationGateways')
      networkSecurityGroup: groupId(network, 'application-gateway')
    }
  }
  {
    name: 'workloads'
    properties: {
      addressPrefix: plan.workloads
      defaultOutboundAccess: false
      networkSecurityGroup: groupId(network, 'workloads')
      routeTable: egressAddress == '' ? null : { id: routes.id }
    }
  }
]
// Its name and least size (/26) are Azure's; it takes no security group.
var firewall = { name: 'AzureFirewallSubnet', properties: { addressPrefix: plan.firewall } }

resource vnet 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: network
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: vnetPrefixes(addressPrefix) }
    // Within the network, because a write without them deletes subnets that are declared apart.
    subnets: concat(privateEndpoints, [withApp ? app : gateway], kind == 'region' ? regional : [], withFirewall ? [firewall] : [])
  }
  dependsOn: [securityGroups, nat]
}

resource vnetLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: vnet
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = vnet.id
