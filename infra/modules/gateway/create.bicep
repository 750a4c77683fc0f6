metadata description = 'An API Management service that does not exist yet. service.bicep writes everything that may change later.'

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

// Public access cannot be off in a service that has no approved private endpoint, so not while it is created. As the service is left alone
// once it exists, no redeploy opens it again.
@onlyIfNotExists()
resource service 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: site.name
  location: site.location
  tags: tags
  sku: { name: sku, capacity: units }
  identity: { type: 'SystemAssigned' }
  properties: {
    publisherEmail: publisherEmail
    publisherName: publisherName
    virtualNetworkType: 'External'
    virtualNetworkConfiguration: { subnetResourceId: subnetId }
  }
}

output id string = service.id
