// What can only be read with a role on the subscription: the metrics batch API (azure-facts 3.2) and quota that is not allocated (azure-facts 8).
targetScope = 'subscription'

@description('Object id of the app\'s identity.')
param principalId string

var roleIds = {
  monitoringReader: '43d0d8ad-25c7-4714-9337-8ba259a9fe05'
  cognitiveServicesUsagesReader: 'bba48692-92b0-4667-a9ad-c31c7b334ac2'
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in items(roleIds): {
    name: guid(subscription().id, principalId, role.value)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    }
  }
]
