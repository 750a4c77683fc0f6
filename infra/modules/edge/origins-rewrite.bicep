metadata description = 'An origin per gateway exactly as declared, also where it exists: what the app has disabled is enabled. For changing origins.'

import { originName } from '../../naming.bicep'
import { edgeSiteType, privateLinkMessage } from 'types.bicep'

param profile string
param group string
param sites edgeSiteType[]

resource originGroup 'Microsoft.Cdn/profiles/originGroups@2025-06-01' existing = {
  name: '${profile}/${group}'
}

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
