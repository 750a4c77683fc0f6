metadata description = 'What Front Door is told of a gateway.'

import { gatewaySiteType } from '../../types.bicep'

@export()
type edgeSiteType = {
  site: gatewaySiteType

  @description('Host name of the gateway, for example apim-contoso.azure-api.net.')
  hostName: string

  @description('Resource id of the API Management service.')
  serviceId: string
}

@export()
@description('What Front Door\'s private links say of themselves: only those that say this are approved.')
var privateLinkMessage = 'Foundry Failover: Front Door'
