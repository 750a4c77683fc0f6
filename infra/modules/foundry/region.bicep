metadata description = 'What a region has besides its network: models, and in front of workloads a load balancer and an Application Gateway.'

import { certificateType, regionType, tagsType } from '../../types.bicep'
import {
  accountName
  applicationGatewayAddress
  applicationGatewayName
  dnsZoneId
  foundryZones
  loadBalancerAddress
  loadBalancerName
  privateEndpointName
  subnetId
  vnetId
} from '../../naming.bicep'

@description('Name of the estate.')
param name string
param region regionType
param deployApplicationGateway bool
param deployWorkloads bool
param ingressCertificate certificateType?
param workspaceId string
param tags tagsType

var subscriptionId = subscription().subscriptionId
var vnet = vnetId(subscriptionId, name, 'region', region.location)
var account = accountName(subscriptionId, name, region.location)

module foundry 'account.bicep' = {
  name: 'foundry-${region.location}'
  params: { name: account, location: region.location, models: region.models, workspaceId: workspaceId, tags: tags }
}

module endpoint '../network/private-endpoint.bicep' = {
  name: 'foundry-endpoint-${region.location}'
  params: {
    name: privateEndpointName(account, 'account')
    location: region.location
    subnetId: subnetId(vnet, 'private-endpoints')
    serviceId: foundry.outputs.id
    groupId: 'account'
    zoneIds: map(foundryZones(), zone => dnsZoneId(subscriptionId, name, zone))
    tags: tags
  }
}

module balancer '../workload/load-balancer.bicep' = if (deployWorkloads) {
  name: 'load-balancer-${region.location}'
  params: {
    name: loadBalancerName(name, region.location)
    location: region.location
    subnetId: subnetId(vnet, 'workloads')
    address: loadBalancerAddress(region.addressPrefix)
    workspaceId: workspaceId
    tags: tags
  }
}

// Without workloads the firewall stands in front of the region's models; their gateway answers at this path (azure-facts 10.1).
module ingress '../ingress/application-gateway.bicep' = if (deployApplicationGateway) {
  name: 'application-gateway-${region.location}'
  params: {
    name: applicationGatewayName(name, region.location)
    location: region.location
    subnetId: subnetId(vnet, 'application-gateway')
    address: applicationGatewayAddress(region.addressPrefix)
    target: deployWorkloads
      ? {
          addresses: [{ ipAddress: loadBalancerAddress(region.addressPrefix) }]
          protocol: 'Http'
          port: 8080
          probePath: '/health'
          wafMode: 'Prevention'
          ownHostName: false
        }
      : {
          addresses: [{ fqdn: '${account}.openai.azure.com' }]
          protocol: 'Https'
          port: 443
          probePath: '/status-0123456789abcdef'
          wafMode: 'Detection'
          ownHostName: true
        }
    certificate: ingressCertificate!
    workspaceId: workspaceId
    tags: tags
  }
}

output accountId string = foundry.outputs.id
