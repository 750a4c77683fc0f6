// Who may ask one Foundry account's models: the app's probe, and every gateway for its clients.
@description('Name of the Foundry account in this resource group.')
param account string

@description('Object ids of the app\'s identity and of every gateway\'s.')
param principalIds string[]

// Cognitive Services OpenAI User: completions and reading deployments, no keys (azure-facts 8).
var roleDefinitionId = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd')

resource foundry 'Microsoft.CognitiveServices/accounts@2025-06-01' existing = {
  name: account
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in principalIds: {
    scope: foundry
    name: guid(foundry.id, principalId, roleDefinitionId)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: roleDefinitionId
    }
  }
]
