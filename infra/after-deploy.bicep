metadata description = 'What needs the app\'s code: deploy after it, and again whenever a gateway is added.'

targetScope = 'subscription'

import { functionAppId, gatewayId, gatewayName, groupName } from 'naming.bicep'
import { privateLinkMessage } from 'modules/edge/types.bicep'
import { breakerTopicName } from 'modules/gateway/breaker-topic.bicep'

@description('Name of the platform, as in main.bicep.')
param name string

@description('Locations of the gateways: the regions of hubToHub, the hubs of hubAndSpoke.')
@minLength(1)
param gatewayLocations string[]

var subscriptionId = subscription().subscriptionId

// The function is there only once the app's code is.
module breakers 'modules/gateway/breaker-subscription.bicep' = [
  for location in gatewayLocations: {
    name: 'breaker-subscription-${location}'
    scope: resourceGroup(groupName(name, location))
    params: {
      topic: breakerTopicName(gatewayName(subscriptionId, name, location))
      functionId: '${functionAppId(subscriptionId, name)}/functions/breakerEvents'
    }
  }
]

// Front Door's private endpoints stand in Microsoft's subscription and wait for the gateway's owner to let them in. A template cannot:
// API Management wants the connection's id in the body. modules/edge/approve-private-links.sh does, with these.
output privateLinkMessage string = privateLinkMessage
output gatewayIds string[] = [for location in gatewayLocations: gatewayId(subscriptionId, name, location)]
