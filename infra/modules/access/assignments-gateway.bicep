// The actuator's role on one API Management instance, never above it: backends/write can lead all model traffic to any URL (azure-facts 8).
@description('Name of the API Management instance in this resource group.')
param service string

@description('Id of the custom role (custom-role.bicep).')
param roleDefinitionId string

@description('Object id of the app\'s identity.')
param principalId string

resource gateway 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: service
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: gateway
  name: guid(gateway.id, principalId, roleDefinitionId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinitionId
  }
}
