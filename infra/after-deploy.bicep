metadata description = 'What needs the app\'s code, or what main.bicep has made others ask for. Deploy after both; again whenever a gateway is added.'

targetScope = 'subscription'

import { functionAppId, gatewayName, groupName } from 'naming.bicep'
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

// Front Door's private endpoints stand in Microsoft's subscription and wait for the gateway's owner to let them in.
module pending 'modules/gateway/pending-links.bicep' = [
  for location in gatewayLocations: {
    name: 'pending-links-${location}'
    scope: resourceGroup(groupName(name, location))
    params: { service: gatewayName(subscriptionId, name, location) }
  }
]

module approved 'modules/gateway/approve-links.bicep' = [
  for (location, index) in gatewayLocations: {
    name: 'approve-links-${location}'
    scope: resourceGroup(groupName(name, location))
    params: { service: gatewayName(subscriptionId, name, location), names: pending[index].outputs.names }
  }
]
