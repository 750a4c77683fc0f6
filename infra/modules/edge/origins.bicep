metadata description = 'An origin per gateway as it starts. The app disables and enables origins at run time: one that exists is left as it is.'

import { originName } from '../../naming.bicep'
import { edgeSiteType, privateLinkMessage } from 'types.bicep'

param profile string
param group string
param sites edgeSiteType[]

resource originGroup 'Microsoft.Cdn/profiles/originGroups@2025-06-01' existing = {
  name: '${profile}/${group}'
}

// A redeploy during an incident must not bring a disabled origin back. origins-rewrite.bicep is for changing origins on purpose.
@onlyIfNotExists()
resource origin 'Microsoft.Cdn/profiles/originGroups/origins@2025-06-01' = [
  for each in sites: {
    parent: originGroup
    name: originName(each.site.id)
    properties: {
      hostName: each.hostName
      originHostHeader: each.hostName
      httpsPort: 443
      enforceCertificateNameCheck: true
      priority: 1
      weight: 500
      enabledState: 'Enabled'
      sharedPrivateLinkResource: {
        groupId: 'Gateway'
        privateLink: { id: each.serviceId }
        privateLinkLocation: each.site.?privateLinkLocation ?? each.site.location
        requestMessage: privateLinkMessage
      }
    }
  }
]
