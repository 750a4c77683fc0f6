metadata description = 'Internal load balancer of one region: machines and containers join its backend pool.'

import { tagsType } from '../../types.bicep'

param name string
param location string
param subnetId string

@description('Private address of its frontend.')
param address string

param workspaceId string
param tags tagsType

resource balancer 'Microsoft.Network/loadBalancers@2025-05-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'Standard', tier: 'Regional' }
  properties: {
    frontendIPConfigurations: [
      {
        name: 'workloads'
        // All zones: the frontend outlives the loss of one, where the region has any.
        zones: pickZones('Microsoft.Network', 'loadBalancers', location, 3)
        properties: { subnet: { id: subnetId }, privateIPAllocationMethod: 'Static', privateIPAddress: address }
      }
    ]
    // Empty here: scale sets and clusters name this pool as theirs.
    backendAddressPools: [{ name: 'workloads' }]
    probes: [
      {
        name: 'health'
        // Two misses of 5 s each.
        properties: { protocol: 'Http', port: 8080, requestPath: '/health', intervalInSeconds: 5, probeThreshold: 2 }
      }
    ]
    loadBalancingRules: [
      {
        name: 'http'
        properties: {
          frontendIPConfiguration: { id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', name, 'workloads') }
          backendAddressPool: { id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', name, 'workloads') }
          probe: { id: resourceId('Microsoft.Network/loadBalancers/probes', name, 'health') }
          protocol: 'Tcp'
          frontendPort: 8080
          backendPort: 8080
          // Streams of a slow model are silent for minutes.
          idleTimeoutInMinutes: 10
          enableTcpReset: true
          disableOutboundSnat: true
        }
      }
    ]
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: balancer
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = balancer.id
output backendPoolId string = balancer.properties.backendAddressPools[0].id
