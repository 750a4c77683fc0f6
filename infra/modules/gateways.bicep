metadata description = 'All gateways: a deployment of their own, because Azure limits one to 4 MB after its loops are written out, and thirty gateways need most of it.'

import { gatewaySiteType, regionType, tagsType, topologyType } from '../types.bicep'
import { functionAppUrl } from '../naming.bicep'
import { backendsOf, poolsOf } from 'gateway/routing.bicep'

targetScope = 'subscription'

@description('Name of the estate.')
param name string
param topology topologyType
param regions regionType[]
param sites gatewaySiteType[]
param sku 'StandardV2' | 'PremiumV2'
param units int
param publisherEmail string
param publisherName string

@description('Audience of the tokens that clients bring.')
param apiAudience string

@description('Client id of the app\'s managed identity.')
param failoverClientId string
param tokensPerMinute int

@description('Write the pools as declared also where they exist, and so undo what the app has moved.')
param rewriteRouting bool
param applicationInsightsId string
param connectionString string
param workspaceId string
param tags tagsType

var subscriptionId = subscription().subscriptionId
var backends = backendsOf(subscriptionId, name, regions)

module gateways 'site.bicep' = [
  for site in sites: {
    name: site.id
    scope: resourceGroup(site.resourceGroup)
    params: {
      name: name
      site: site
      vnet: topology == 'hubAndSpoke' ? 'hub' : 'region'
      sku: sku
      units: units
      publisherEmail: publisherEmail
      publisherName: publisherName
      backends: backends
      pools: poolsOf(topology, regions, site.location)
      apiAudience: apiAudience
      failoverClientId: failoverClientId
      failoverAppUrl: functionAppUrl(subscriptionId, name)
      tokensPerMinute: tokensPerMinute
      rewriteRouting: rewriteRouting
      applicationInsightsId: applicationInsightsId
      connectionString: connectionString
      workspaceId: workspaceId
      tags: tags
    }
  }
]

@description('Object ids of the gateways\' identities, in the order of the sites.')
output principalIds string[] = [for (site, i) in sites: gateways[i].outputs.principalId]
