// The app's one identity. User-assigned, so that its roles stand before the app starts and outlive its being created anew.
import { tagsType } from '../../types.bicep'

@description('Name of the identity.')
param name string

@description('Location of the identity.')
param location string

@description('Tags of every resource.')
param tags tagsType

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: name
  location: location
  tags: tags
}

output id string = identity.id
output principalId string = identity.properties.principalId
output clientId string = identity.properties.clientId
