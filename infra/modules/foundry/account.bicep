metadata description = 'Foundry account of one region with its model deployments, reached by private endpoint and Entra tokens only.'

import { modelType, tagsType } from '../../types.bicep'

@description('Name of the account and its custom subdomain, which tokens of Entra require.')
param name string
param location string
param models modelType[]
param workspaceId string
param tags tagsType

resource account 'Microsoft.CognitiveServices/accounts@2025-09-01' = {
  name: name
  location: location
  tags: tags
  kind: 'AIServices'
  sku: { name: 'S0' }
  identity: { type: 'SystemAssigned' }
  properties: {
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: 'Disabled'
    networkAcls: { defaultAction: 'Deny', bypass: 'None' }
  }
}

// One after another: an account refuses a deployment while it is changing another.
@batchSize(1)
resource deployments 'Microsoft.CognitiveServices/accounts/deployments@2025-09-01' = [
  for model in models: {
    parent: account
    name: model.name
    tags: tags
    sku: { name: model.type, capacity: model.capacity }
    properties: {
      model: { format: 'OpenAI', name: model.model, version: model.version }
      raiPolicyName: 'Microsoft.DefaultV2'
      // A version that moves by itself would leave regions that may not carry each other's traffic.
      versionUpgradeOption: 'NoAutoUpgrade'
    }
  }
]

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: account
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = account.id
