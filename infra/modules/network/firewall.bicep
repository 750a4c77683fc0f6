metadata description = 'Azure Firewall in a virtual network: the one way of workloads to the Internet.'

import { tagsType } from '../../types.bicep'

param name string
param location string

@description('Id of the virtual network, which has an AzureFirewallSubnet.')
param vnetId string

@description('Addresses of the subnets that leave by it.')
param sourcePrefixes string[]

@description('Hosts that workloads may reach by HTTPS; nothing else. Models are reached by private endpoints, past the firewall.')
param allowedHosts string[] = [
  'mcr.microsoft.com'
  '*.data.mcr.microsoft.com'
  split(environment().authentication.loginEndpoint, '/')[2]
]

param workspaceId string
param tags tagsType

// All zones, where the region has any: the address's must include the firewall's.
var zones = pickZones('Microsoft.Network', 'azureFirewalls', location, 3)

resource address 'Microsoft.Network/publicIPAddresses@2025-05-01' = {
  name: 'pip-${name}'
  location: location
  zones: zones
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static', publicIPAddressVersion: 'IPv4' }
}

resource policy 'Microsoft.Network/firewallPolicies@2025-05-01' = {
  name: 'afwp-${name}'
  location: location
  tags: tags
  properties: { sku: { tier: 'Standard' }, threatIntelMode: 'Deny' }
}

resource rules 'Microsoft.Network/firewallPolicies/ruleCollectionGroups@2025-05-01' = {
  parent: policy
  name: 'workloads'
  properties: {
    priority: 200
    ruleCollections: [
      {
        name: 'allowed-hosts'
        ruleCollectionType: 'FirewallPolicyFilterRuleCollection'
        priority: 200
        action: { type: 'Allow' }
        rules: [
          {
            name: 'https'
            ruleType: 'ApplicationRule'
            sourceAddresses: sourcePrefixes
            protocols: [{ protocolType: 'Https', port: 443 }]
            targetFqdns: allowedHosts
          }
        ]
      }
    ]
  }
}

resource firewall 'Microsoft.Network/azureFirewalls@2025-05-01' = {
  name: name
  location: location
  zones: zones
  tags: tags
  properties: {
    sku: { name: 'AZFW_VNet', tier: 'Standard' }
    firewallPolicy: { id: policy.id }
    ipConfigurations: [
      {
        name: 'egress'
        properties: { subnet: { id: '${vnetId}/subnets/AzureFirewallSubnet' }, publicIPAddress: { id: address.id } }
      }
    ]
  }
  dependsOn: [rules]
}

resource firewallLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: firewall
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource addressLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: address
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = firewall.id
