// Who hears of an alert: the failover app by secure webhook, and people.
import { entraType, tagsType } from '../../types.bicep'

@description('Name of the action group.')
param name string

@description('Address of the Function App.')
param appUrl string

@description('App registration whose role ActionGroupsSecureWebhook Azure Monitor has been given (entra/register.sh).')
param entra entraType

@description('Mail addresses of the people on call: only they hear when the app itself is dead.')
param emailAddresses string[] = []

@description('Tags of every resource.')
param tags tagsType

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  // Service Health alerts need it (azure-facts 5.3), and no single region takes the alerts along.
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'failover'
    enabled: true
    webhookReceivers: [
      {
        name: 'failover-app'
        serviceUri: '${appUrl}/api/alerts'
        useCommonAlertSchema: true
        useAadAuth: true
        objectId: entra.webhookObjectId
        identifierUri: entra.identifierUri
        tenantId: tenant().tenantId
      }
    ]
    emailReceivers: [
      for (address, index) in emailAddresses: {
        name: 'on-call-${index}'
        emailAddress: address
        useCommonAlertSchema: true
      }
    ]
  }
}

output id string = group.id
