// The host's storage, Durable Functions' task hub, the deployment package and the app's state: one account without keys.
import { tagsType } from '../../types.bicep'

@description('Name of the storage account.')
param name string

@description('Location of the account: the app\'s own.')
param location string

@description('Name of the container that holds the deployment package.')
param deploymentContainer string = 'deployment'

@description('Log Analytics workspace for the diagnostics.')
param workspaceId string

@description('Tags of every resource.')
param tags tagsType

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  // Zones, not regions: the state must be one, and a failover of the account would lose its last writes.
  sku: { name: 'Standard_ZRS' }
  properties: {
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    networkAcls: { bypass: 'None', defaultAction: 'Deny' }
    publicNetworkAccess: 'Disabled'
    supportsHttpsTrafficOnly: true
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource deployment 'containers' = {
      name: deploymentContainer
    }
  }

  resource queues 'queueServices' = {
    name: 'default'
  }

  resource tables 'tableServices' = {
    name: 'default'
  }
}

var audited = {
  logs: [{ categoryGroup: 'audit', enabled: true }]
  metrics: [{ category: 'Transaction', enabled: true }]
}

resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: storage::blobs
  name: 'workspace'
  properties: { workspaceId: workspaceId, ...audited }
}

resource queueDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: storage::queues
  name: 'workspace'
  properties: { workspaceId: workspaceId, ...audited }
}

resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: storage::tables
  name: 'workspace'
  properties: { workspaceId: workspaceId, ...audited }
}

output id string = storage.id
