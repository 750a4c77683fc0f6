metadata description = 'One gateway, wholly: service, private endpoint, backends, pools, policies, logs, breaker events.'

import { backendType, gatewaySiteType, poolType, tagsType, vnetKind } from '../types.bicep'
import { dnsZoneId, privateEndpointName, subnetId, vnetId } from '../naming.bicep'

@description('Name of the estate.')
param name string
param site gatewaySiteType

@description('Kind of the network that the gateway stands in.')
param vnet vnetKind
param sku 'StandardV2' | 'PremiumV2'
param units int
param publisherEmail string
param publisherName string
param backends backendType[]
param pools poolType[]

@description('Audience of the tokens that clients bring.')
param apiAudience string

@description('Client id of the app\'s managed identity.')
param failoverClientId string
param failoverAppUrl string
param tokensPerMinute int

@description('Write the pools as declared also where they exist, and so undo what the app has moved.')
param rewriteRouting bool
param applicationInsightsId string
param connectionString string
param workspaceId string
param tags tagsType

var vnetResourceId = vnetId(subscription().subscriptionId, name, vnet, site.location)
var subnet = subnetId(vnetResourceId, 'gateway')

module created 'gateway/create.bicep' = {
  name: '${site.id}-create'
  params: {
    site: site
    sku: sku
    units: units
    publisherEmail: publisherEmail
    publisherName: publisherName
    subnetId: subnet
    tags: tags
  }
}

module endpoint 'gateway/private-endpoint.bicep' = {
  name: '${site.id}-endpoint'
  params: {
    name: privateEndpointName(site.name, 'Gateway')
    location: site.location
    subnetId: subnetId(vnetResourceId, 'private-endpoints')
    serviceId: created.outputs.id
    zoneId: dnsZoneId(subscription().subscriptionId, name, 'privatelink.azure-api.net')
    tags: tags
  }
}

module service 'gateway/service.bicep' = {
  name: '${site.id}-service'
  params: {
    site: site
    sku: sku
    units: units
    publisherEmail: publisherEmail
    publisherName: publisherName
    subnetId: subnet
    tags: tags
  }
  dependsOn: [endpoint]
}

module singles 'gateway/backends.bicep' = {
  name: '${site.id}-backends'
  params: { service: site.name, backends: backends }
  dependsOn: [service]
}

module asFound 'gateway/pools.bicep' = if (!rewriteRouting) {
  name: '${site.id}-pools'
  params: { service: site.name, pools: pools }
  dependsOn: [singles]
}

module asDeclared 'gateway/pools-rewrite.bicep' = if (rewriteRouting) {
  name: '${site.id}-pools-rewrite'
  params: { service: site.name, pools: pools }
  dependsOn: [singles]
}

module policies 'gateway/policies.bicep' = {
  name: '${site.id}-policies'
  params: {
    service: site.name
    region: site.location
    tenantId: tenant().tenantId
    apiAudience: apiAudience
    failoverClientId: failoverClientId
    failoverAppUrl: failoverAppUrl
    modelPools: map(pools, pool => pool.name)
    backends: backends
    tokensPerMinute: tokensPerMinute
  }
  dependsOn: [asFound, asDeclared]
}

module observability 'gateway/observability.bicep' = {
  name: '${site.id}-observability'
  params: {
    service: site.name
    applicationInsightsId: applicationInsightsId
    connectionString: connectionString
    workspaceId: workspaceId
  }
  // Its settings of an API are written after the APIs.
  dependsOn: [policies]
}

module breakers 'gateway/breaker-topic.bicep' = {
  name: '${site.id}-breakers'
  params: { site: site, workspaceId: workspaceId, tags: tags }
  dependsOn: [service]
}

output principalId string = service.outputs.principalId
