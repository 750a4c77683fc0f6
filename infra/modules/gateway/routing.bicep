metadata description = 'Which backends and pools a gateway starts with.'

import { backendType, memberType, modelType, poolType, regionType, topologyType } from '../../types.bicep'
import { backendName, backendUrl } from '../../naming.bicep'

@description('Names of all model deployments: one pool each.')
func poolNames(regions regionType[]) string[] =>
  reduce(map(regions, region => map(region.models, model => model.name)), [], (known, more) => union(known, more))

@export()
@description('One single backend per region and model, the same on every gateway.')
func backendsOf(subscriptionId string, name string, regions regionType[]) backendType[] =>
  flatten(map(
    regions,
    region =>
      map(region.models, model => {
        name: backendName(region.location, model.name)
        url: backendUrl(subscriptionId, name, region.location)
        deployment: model.name
        location: region.location
      })
  ))

func modelsNamed(regions regionType[], deployment string) modelType[] =>
  flatten(map(regions, region => filter(region.models, model => model.name == deployment)))

// Provisioned units and thousands of tokens per minute cannot be compared.
func comparable(models modelType[]) bool =>
  length(filter(models, model => endsWith(model.type, 'ProvisionedManaged'))) % length(models) == 0

// 1-100, the largest 100; even where capacities cannot be compared.
func weightOf(capacity int, all modelType[]) int => comparable(all) ? max(1, capacity * 100 / max(map(all, model => model.capacity))) : 100

// hubToHub: the gateway's own region first, the others when its breaker is open.
func membersOf(topology topologyType, members regionType[], location string, deployment string) memberType[] =>
  map(members, member => {
    backend: backendName(member.location, deployment)
    weight: weightOf(modelsNamed([member], deployment)[0].capacity, modelsNamed(members, deployment))
    priority: topology == 'hubAndSpoke' || member.location == location || !contains(map(members, each => each.location), location) ? 1 : 2
  })

func serving(regions regionType[], deployment string) regionType[] => filter(regions, region => !empty(modelsNamed([region], deployment)))

@export()
@description('The pools of the gateway at `location`.')
func poolsOf(topology topologyType, regions regionType[], location string) poolType[] =>
  map(poolNames(regions), deployment => {
    name: deployment
    members: membersOf(topology, serving(regions, deployment), location, deployment)
  })

@export()
@description('API Management takes 1-30 members in a pool (azure-facts 1.4).')
func membersWithinLimit(pool poolType) memberType[] =>
  length(pool.members) >= 1 && length(pool.members) <= 30
    ? pool.members
    : fail('Pool ${pool.name} has ${length(pool.members)} members: a pool of API Management has 1-30.')
