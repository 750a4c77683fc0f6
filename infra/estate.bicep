metadata description = 'The estate file of the app (src/config/schema.ts), from parameters and names alone.'

import { gatewaySiteType, modelType, poolType, regionType, topologyType } from 'types.bicep'
import {
  accountEndpoint
  backendName
  deploymentId
  frontDoorId
  frontDoorName
  gatewayHost
  originGroupName
  originName
  resourceIdOf
} from 'naming.bicep'
import { poolsOf } from 'modules/gateway/routing.bicep'

type regionEntryType = { name: string, dataBoundary: string? }

type deploymentEntryType = {
  id: string
  region: string
  resourceId: string
  endpoint: string
  model: { name: string, version: string }
  deploymentType: string
  tokensPerMinute: int?
  probe: { kind: 'completion' | 'models' }
}

type poolEntryType = { name: string, members: { backend: string, deployment: string }[] }

type gatewayEntryType = { id: string, region: string, resourceId: string, url: string, witnessPath: string, pools: poolEntryType[] }

type edgeEntryType = {
  id: string
  kind: 'standard'
  resourceId: string
  origins: { group: string, name: string, gateway: string }[]
}

@export()
type estateType = {
  name: string
  regions: regionEntryType[]
  deployments: deploymentEntryType[]
  gateways: gatewayEntryType[]
  edges: edgeEntryType[]
  detection: { intervalSeconds: int }
  signals: { logs: { workspaceId: string }? }
  safety: { mode: string }
}

@export()
type estateInputType = {
  subscriptionId: string
  name: string
  topology: topologyType
  regions: regionType[]
  sites: gatewaySiteType[]
  frontDoor: bool

  @description('Id (customerId) of the workspace with the gateways\' logs, which only Azure can tell; without it the app asks no logs.')
  workspaceCustomerId: string?

  @description('Seconds between probe rounds; the app\'s PROBE_SCHEDULE says the same.')
  intervalSeconds: int

  mode: 'off' | 'recommend' | 'approve' | 'auto'
}

@export()
@description('Backends are named by region and deployment, so are the app\'s deployments: a pool member and its deployment differ in the prefix.')
func deploymentName(deployment string, location string) string => '${deployment}-${location}'

// A hub without a Foundry account is a region too: the gateway's management plane stands there.
func locationsOf(estate estateInputType) string[] =>
  union(map(estate.regions, region => region.location), map(estate.sites, site => site.location))

func regionsOf(estate estateInputType) regionEntryType[] =>
  map(locationsOf(estate), location => {
    name: location
    dataBoundary: first(filter(estate.regions, region => region.location == location)).?dataBoundary
  })

func deploymentOf(estate estateInputType, location string, model modelType) deploymentEntryType => {
  id: deploymentName(model.name, location)
  region: location
  resourceId: deploymentId(estate.subscriptionId, estate.name, location, model.name)
  endpoint: accountEndpoint(estate.subscriptionId, estate.name, location)
  model: { name: model.model, version: model.version }
  deploymentType: model.type
  // Provisioned units have no fixed number of tokens: Azure tells.
  tokensPerMinute: endsWith(model.type, 'ProvisionedManaged') ? null : model.capacity * 1000
  probe: { kind: completesChats(model.model) ? 'completion' : 'models' }
}

// Others answer 400 to a completion: their account is asked for its models instead.
func completesChats(model string) bool =>
  empty(filter(['embedding', 'whisper', 'tts', 'dall-e', 'image', 'sora', 'realtime'], word => contains(toLower(model), word)))

func poolOf(pool poolType, backends { *: string }) poolEntryType => {
  name: pool.name
  members: map(pool.members, member => { backend: member.backend, deployment: backends[member.backend] })
}

func deploymentsByBackend(regions regionType[]) { *: string } =>
  toObject(
    flatten(map(regions, region => map(region.models, model => { deployment: model.name, location: region.location }))),
    each => backendName(each.location, each.deployment),
    each => deploymentName(each.deployment, each.location)
  )

func gatewayOf(estate estateInputType, site gatewaySiteType) gatewayEntryType => {
  id: site.id
  region: site.location
  resourceId: resourceIdOf(estate.subscriptionId, site.resourceGroup, 'Microsoft.ApiManagement/service', site.name)
  url: 'https://${gatewayHost(site.name)}'
  witnessPath: '/foundry-failover/witness/{backend}'
  pools: map(poolsOf(estate.topology, estate.regions, site.location), pool => poolOf(pool, deploymentsByBackend(estate.regions)))
}

func edgesOf(estate estateInputType) edgeEntryType[] =>
  estate.frontDoor
    ? [
        {
          id: frontDoorName(estate.name)
          kind: 'standard'
          resourceId: frontDoorId(estate.subscriptionId, estate.name)
          origins: map(estate.sites, site => { group: originGroupName(), name: originName(site.id), gateway: site.id })
        }
      ]
    : []

@export()
func estateOf(estate estateInputType) estateType => {
  name: estate.name
  regions: regionsOf(estate)
  deployments: flatten(map(estate.regions, region => map(region.models, model => deploymentOf(estate, region.location, model))))
  gateways: map(estate.sites, site => gatewayOf(estate, site))
  edges: edgesOf(estate)
  detection: { intervalSeconds: estate.intervalSeconds }
  signals: { logs: empty(estate.?workspaceCustomerId) ? null : { workspaceId: estate.?workspaceCustomerId! } }
  safety: { mode: estate.mode }
}
