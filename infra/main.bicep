metadata description = 'A multi-region Foundry platform and the Function App that keeps it answering.'

import { certificateType, controlType, entraType, gatewaySiteType, hubType, regionType, tagsType, topologyType } from 'types.bicep'
import { accountId, functionAppName, gatewayHost, gatewayId, gatewayName, groupName, identityName } from 'naming.bicep'
import { applicationInsightsName, platformGroupName, siteId, workspaceName } from 'naming.bicep'
import { checkedName, checkedWebhook } from 'checks.bicep'
import { estateOf, estateType } from 'estate.bicep'

targetScope = 'subscription'

@description('Name of the estate; every resource carries it. Lower-case letters, digits and inner hyphens.')
@minLength(3)
@maxLength(16)
param name string

@description('hubAndSpoke: one or two gateways in front of all regions. hubToHub: a gateway in every region, which asks its own region first.')
param topology topologyType

@minLength(2)
@maxLength(30)
param regions regionType[]

@description('Gateways of hubAndSpoke; none for hubToHub.')
param hubs hubType[] = []

param control controlType

@description('Virtual WAN costs a hub per location and joins many regions with few connections; peering costs its traffic only.')
param connectivity 'peering' | 'virtualWan' = 'peering'

param entra entraType

@description('Publisher of the gateways; Azure writes to this address.')
param publisherEmail string
param publisherName string

param gatewaySku 'StandardV2' | 'PremiumV2' = 'StandardV2'

@minValue(1)
@maxValue(10)
param gatewayUnits int = 2

@description('What one caller may use of a gateway.')
@minValue(1)
param productTokensPerMinute int = 50000

@description('Where the app announces what it does: a Teams workflow, Slack or another webhook. Empty: nowhere.')
@secure()
param notifyWebhookUrl string = ''

@description('Mail addresses of the people on call.')
param onCallAddresses string[] = []

@description('Addresses (CIDR) from which the package may be deployed besides the private endpoint, for example of a build agent.')
param deployerAddresses string[] = []

@description('An Azure Firewall between workloads and the Internet.')
param deployFirewall bool = false

@description('An Application Gateway per region, in front of its workloads or, without any, its models.')
param deployApplicationGateways bool = false

@description('Certificate of the Application Gateways.')
param ingressCertificate certificateType?

@description('An internal load balancer per region, whose pool machines and containers join.')
param deployWorkloads bool = false

param deployFrontDoor bool = true
param deployWorkbook bool = true

@description('Write pools and origins as declared also where they exist: after adding or removing a region or model. It undoes what the app has moved, so never during an incident.')
param rewriteRouting bool = false

@description('Pace of the app\'s probes and of Front Door\'s.')
@allowed([10, 12, 15, 20, 30])
param probeIntervalSeconds int = 15

@description('What the app may do by itself. A new estate recommends only.')
param mode 'off' | 'recommend' | 'approve' | 'auto' = 'recommend'

param tags tagsType = {}

// Right parameters or no deployment: everything below is named by this, so nothing is created before it is known.
var estateName = checkedName({
  name: name
  topology: topology
  regions: regions
  hubs: hubs
  control: control
  connectivity: connectivity
  entra: entra
  publisherEmail: publisherEmail
  deployFirewall: deployFirewall
  deployApplicationGateways: deployApplicationGateways
  ingressCertificate: ingressCertificate
})
var webhookUrl = checkedWebhook(notifyWebhookUrl)
var subscriptionId = subscription().subscriptionId
var allTags = union({ 'foundry-failover': estateName }, tags)
var platformGroup = platformGroupName(estateName)
var regionLocations = map(regions, region => region.location)
var locations = union(regionLocations, map(hubs, hub => hub.location))
var gatewayPlaces = topology == 'hubAndSpoke'
  ? hubs
  : map(regions, region => {
      location: region.location
      addressPrefix: region.addressPrefix
      privateLinkLocation: region.?privateLinkLocation
    })
var sites gatewaySiteType[] = [
  for place in gatewayPlaces: {
    id: siteId(place.location)
    name: gatewayName(subscriptionId, estateName, place.location)
    location: place.location
    resourceGroup: groupName(estateName, place.location)
    privateLinkLocation: place.?privateLinkLocation
  }
]

resource groups 'Microsoft.Resources/resourceGroups@2025-04-01' = [
  for location in locations: {
    name: groupName(estateName, location)
    location: location
    tags: allTags
  }
]

resource platform 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: platformGroup
  location: control.location
  tags: allTags
}

module workspace 'modules/monitoring/workspace.bicep' = {
  name: 'workspace'
  scope: platform
  params: {
    workspaceName: workspaceName(estateName)
    applicationInsightsName: applicationInsightsName(estateName)
    location: control.location
    tags: allTags
  }
}

module identity 'modules/app/identity.bicep' = {
  name: 'identity'
  scope: platform
  params: { name: identityName(estateName), location: control.location, tags: allTags }
}

module network 'modules/network/main.bicep' = {
  name: 'network'
  params: {
    name: estateName
    topology: topology
    connectivity: connectivity
    networks: concat(
      map(regions, region => { kind: 'region', location: region.location, addressPrefix: region.addressPrefix }),
      map(hubs, hub => { kind: 'hub', location: hub.location, addressPrefix: hub.addressPrefix }),
      [{ kind: 'control', location: control.location, addressPrefix: control.addressPrefix }]
    )
    deployFirewall: deployFirewall
    workspaceId: workspace.outputs.workspaceId
    tags: allTags
  }
  dependsOn: [groups]
}

module regional 'modules/foundry/region.bicep' = [
  for region in regions: {
    name: 'region-${region.location}'
    scope: resourceGroup(groupName(estateName, region.location))
    params: {
      name: estateName
      region: region
      deployApplicationGateway: deployApplicationGateways
      deployWorkloads: deployWorkloads
      ingressCertificate: ingressCertificate
      workspaceId: workspace.outputs.workspaceId
      tags: allTags
    }
    dependsOn: [network]
  }
]

module gateways 'modules/gateways.bicep' = {
  name: 'gateways'
  params: {
    name: estateName
    topology: topology
    regions: regions
    sites: sites
    sku: gatewaySku
    units: gatewayUnits
    publisherEmail: publisherEmail
    publisherName: publisherName
    apiAudience: entra.clientId
    failoverClientId: identity.outputs.clientId
    tokensPerMinute: productTokensPerMinute
    rewriteRouting: rewriteRouting
    applicationInsightsId: workspace.outputs.applicationInsightsId
    connectionString: workspace.outputs.connectionString
    workspaceId: workspace.outputs.workspaceId
    tags: allTags
  }
  dependsOn: [network]
}

module access 'modules/access/main.bicep' = {
  name: 'access'
  params: {
    name: estateName
    principalId: identity.outputs.principalId
    locations: regionLocations
    sites: sites
    gatewayPrincipalIds: gateways.outputs.principalIds
    frontDoor: deployFrontDoor
  }
  dependsOn: [regional]
}

module app 'modules/platform.bicep' = {
  name: 'platform'
  scope: platform
  params: {
    name: estateName
    location: control.location
    identity: {
      id: identity.outputs.id
      clientId: identity.outputs.clientId
      principalId: identity.outputs.principalId
    }
    entra: entra
    probeIntervalSeconds: probeIntervalSeconds
    notifyWebhookUrl: webhookUrl
    deployerAddresses: deployerAddresses
    onCallAddresses: onCallAddresses
    deployWorkbook: deployWorkbook
    accounts: map(regionLocations, location => { id: accountId(subscriptionId, estateName, location), location: location })
    gateways: map(sites, site => { id: gatewayId(subscriptionId, estateName, site.location), location: site.location })
    connectionString: workspace.outputs.connectionString
    workspaceId: workspace.outputs.workspaceId
    tags: allTags
  }
  dependsOn: [network, regional, gateways]
}

module edge 'modules/edge/front-door.bicep' = if (deployFrontDoor) {
  name: 'front-door'
  scope: platform
  params: {
    name: estateName
    sites: map(sites, site => {
      site: site
      hostName: gatewayHost(site.name)
      serviceId: gatewayId(subscriptionId, estateName, site.location)
    })
    probePath: '/foundry-failover/health'
    probeIntervalSeconds: probeIntervalSeconds
    workspaceId: workspace.outputs.workspaceId
    rewriteRouting: rewriteRouting
    tags: allTags
  }
  dependsOn: [gateways]
}

@description('The app\'s estate file but for `signals.logs`, whose workspaceId is the output below: only Azure knows it.')
output estate estateType = estateOf({
  subscriptionId: subscriptionId
  name: estateName
  topology: topology
  regions: regions
  sites: sites
  frontDoor: deployFrontDoor
  intervalSeconds: probeIntervalSeconds
  mode: mode
})
output workspaceCustomerId string = workspace.outputs.workspaceCustomerId
output platformResourceGroup string = platformGroup
output functionAppName string = functionAppName(subscriptionId, estateName)
output frontDoorHostName string = deployFrontDoor ? edge!.outputs.endpointHostName : ''
