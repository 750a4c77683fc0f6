metadata description = 'Who may do what: the app moves traffic, gateways ask models, nobody holds a key.'

import { gatewaySiteType } from '../../types.bicep'
import { accountName, applicationInsightsName, groupName, platformGroupName, workspaceName } from '../../naming.bicep'

targetScope = 'subscription'

@description('Name of the estate.')
param name string

@description('Object id of the app\'s identity.')
param principalId string

@description('Locations that have a Foundry account.')
param locations string[]
param sites gatewaySiteType[]

@description('Object ids of the gateways\' identities, in the order of the sites.')
param gatewayPrincipalIds string[]
param frontDoor bool

module actuator 'custom-role.bicep' = {
  name: 'actuator'
  params: { name: name }
}

module onSubscription 'assignments-subscription.bicep' = {
  name: 'access-subscription'
  params: { principalId: principalId }
}

module onGateways 'assignments-gateway.bicep' = [
  for site in sites: {
    name: 'access-${site.id}'
    scope: resourceGroup(site.resourceGroup)
    params: { service: site.name, roleDefinitionId: actuator.outputs.id, principalId: principalId }
  }
]

module onFrontDoor 'assignments-front-door.bicep' = if (frontDoor) {
  name: 'access-front-door'
  scope: resourceGroup(platformGroupName(name))
  params: { roleDefinitionId: actuator.outputs.id, principalId: principalId }
}

module onAccounts 'assignments-account.bicep' = [
  for location in locations: {
    name: 'access-foundry-${location}'
    scope: resourceGroup(groupName(name, location))
    params: {
      account: accountName(subscription().subscriptionId, name, location)
      principalIds: concat([principalId], gatewayPrincipalIds)
    }
  }
]

module onWorkspace 'assignments-workspace.bicep' = {
  name: 'access-workspace'
  scope: resourceGroup(platformGroupName(name))
  params: {
    workspace: workspaceName(name)
    applicationInsights: applicationInsightsName(name)
    principalId: principalId
    gatewayPrincipalIds: gatewayPrincipalIds
  }
}
