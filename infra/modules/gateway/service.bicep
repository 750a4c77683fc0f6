metadata description = 'An API Management service that has its private endpoint: no public access.'

import { gatewaySiteType, tagsType } from '../../types.bicep'

param site gatewaySiteType
param sku 'StandardV2' | 'PremiumV2'

@minValue(1)
@maxValue(10)
param units int

param publisherEmail string
param publisherName string

@description('Subnet delegated to Microsoft.Web/serverFarms, through which the gateway reaches Foundry\'s private endpoints.')
param subnetId string

param tags tagsType

resource service 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: site.name
  location: site.location
  tags: tags
  sku: { name: sku, capacity: units }
  identity: { type: 'SystemAssigned' }
  properties: {
    publisherEmail: publisherEmail
    publisherName: publisherName
    // StandardV2 and PremiumV2: 'External' is outbound integration with the subnet; what comes in uses the private endpoint.
    virtualNetworkType: 'External'
    virtualNetworkConfiguration: { subnetResourceId: subnetId }
    publicNetworkAccess: 'Disabled'
    developerPortalStatus: 'Disabled'
  }
}

output id string = service.id
output principalId string = service.identity.principalId
output gatewayUrl string = service.properties.gatewayUrl
