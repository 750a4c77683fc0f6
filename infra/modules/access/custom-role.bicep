// The one role that can move traffic. Its actions stand once, in infra/access/actuator-actions.json.
targetScope = 'subscription'

@description('Name of the platform; keeps the roles of two platforms in one tenant apart.')
param name string

// A role's display name is unique in the tenant, where platforms of two subscriptions may have the same name.
resource role 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, name, 'foundry-failover-actuator')
  properties: {
    roleName: 'Foundry Failover Actuator (${name}, ${take(subscription().subscriptionId, 8)})'
    description: 'Write API Management backend pools and switch Front Door origins'
    type: 'CustomRole'
    permissions: [
      {
        actions: loadJsonContent('../../access/actuator-actions.json')
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: [subscription().id]
  }
}

output id string = role.id
