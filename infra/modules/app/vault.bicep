// Holds the one secret there is: the URL of the notification webhook. Only deployed when such a URL is given.
import { tagsType } from '../../types.bicep'

@description('Name of the vault.')
param name string

@description('Location of the vault: the app\'s own.')
param location string

@description('Object id of the app\'s identity, which reads the secret.')
param principalId string

@description('Where notifications go: a Teams workflow, Slack or another webhook.')
@secure()
@minLength(1)
param notifyWebhookUrl string

@description('Log Analytics workspace for the diagnostics.')
param workspaceId string

@description('Tags of every resource.')
param tags tagsType

// Key Vault Secrets User.
var secretsUserId = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    // Not protected from purging: the secret is given anew with every deployment, and the vault's name, which follows from the platform's,
    // would be blocked for as long as the deleted vault is kept.
    softDeleteRetentionInDays: 7
    publicNetworkAccess: 'Disabled'
    networkAcls: { bypass: 'None', defaultAction: 'Deny' }
  }

  // Written through Resource Manager, which needs no way into the vault's network.
  resource webhook 'secrets' = {
    name: 'notify-webhook-url'
    properties: { value: notifyWebhookUrl, contentType: 'text/plain' }
  }
}

resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, principalId, secretsUserId)
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: secretsUserId
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = vault.id

@description('For an app setting; without a version, so that a new one is taken up. It names the secret and does not hold it.')
output notifyWebhookReference string = '@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/${vault::webhook.name})'
