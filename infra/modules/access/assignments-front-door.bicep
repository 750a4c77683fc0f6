// The actuator's role on the resource group that holds the Front Door profile, and no API Management instance. Not on the profile itself:
// the progress of a write is asked at {resource group}/providers/Microsoft.Cdn/operationresults (azure-facts 2.2), which is not under it.
@description('Id of the custom role (custom-role.bicep).')
param roleDefinitionId string

@description('Object id of the app\'s identity.')
param principalId string

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, principalId, roleDefinitionId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: roleDefinitionId
  }
}
