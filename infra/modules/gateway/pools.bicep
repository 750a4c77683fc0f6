metadata description = 'Backend pools as they start. The app moves members and weights at run time: a pool that exists is left as it is.'

import { poolType } from '../../types.bicep'
import { membersWithinLimit } from 'routing.bicep'

@description('Name of the API Management service.')
param service string

param pools poolType[]

resource gateway 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: service
}

// A redeploy during an incident must not bring a drained region back. pools-rewrite.bicep is for changing members on purpose.
@onlyIfNotExists()
resource pool 'Microsoft.ApiManagement/service/backends@2024-05-01' = [
  for pool in pools: {
    parent: gateway
    name: pool.name
    properties: {
      type: 'Pool'
      description: 'Members and weights are moved by Foundry Failover'
      pool: {
        services: map(membersWithinLimit(pool), member => {
          id: resourceId('Microsoft.ApiManagement/service/backends', service, member.backend)
          weight: member.weight
          priority: member.priority
        })
      }
    }
  }
]
