// The Function App: Flex Consumption, no keys, closed to the internet but for Azure's own two callers.
import { entraType, tagsType } from '../../types.bicep'

@description('Name of the Function App: its address is https://{name}.azurewebsites.net.')
param name string

@description('Name of its Flex Consumption plan.')
param planName string

@description('Location of the app: none of the regions it protects.')
param location string

@description('Subnet for outbound traffic, delegated to Microsoft.App/environments.')
param subnetId string

@description('The app\'s user-assigned identity (identity.bicep).')
param identity { id: string, clientId: string }

@description('Name of the storage account (storage.bicep), which must be reachable from the subnet and grant the identity its roles first.')
param storageAccount string

@description('Container of the deployment package in that account.')
param deploymentContainer string = 'deployment'

@description('Connection string of Application Insights; it takes tokens of the identity only.')
param applicationInsightsConnectionString string

@description('Log Analytics workspace for the diagnostics.')
param workspaceId string

@description('App registration with the app\'s roles (entra/app-roles.json).')
param entra entraType

@description('Pace of the probes. Divides a minute, as the timer\'s schedule cannot say anything else.')
@allowed([10, 12, 15, 20, 30, 60])
param probeIntervalSeconds int = 15

@description('Name of the table that holds the state.')
@minLength(3)
@maxLength(63)
param stateTable string = 'FoundryFailover'

@description('App setting that refers to the secret in the vault (vault.bicep); empty for no notifications.')
param notifyWebhookReference string = ''

@description('Addresses (CIDR) from which a package may be deployed besides the private endpoint, for example of a build agent.')
param deployerAddresses string[] = []

@description('Tags of every resource.')
param tags tagsType

var probeSchedule = probeIntervalSeconds == 60 ? '0 * * * * *' : '*/${probeIntervalSeconds} * * * * *'

// The app moves no traffic by what it is told from outside, but it needs to hear: alerts and breaker events. The rest comes privately.
var callers = [
  for (tag, index) in ['ActionGroup', 'AzureEventGrid']: {
    name: tag
    action: 'Allow'
    tag: 'ServiceTag'
    ipAddress: tag
    priority: 100 + index
  }
]

var deployers = [
  for (address, index) in deployerAddresses: {
    name: 'deployer-${index}'
    action: 'Allow'
    tag: 'Default'
    ipAddress: address
    priority: 100 + index
  }
]

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-04-01' = {
  name: name
  location: location
  // azd finds by this tag where to deploy the package.
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identity.id
    virtualNetworkSubnetId: subnetId
    // Enabled for the two service tags below; the default is to deny.
    publicNetworkAccess: 'Enabled'
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: 'https://${storageAccount}.blob.${environment().suffixes.storage}/${deploymentContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      runtime: { name: 'node', version: '22' }
      scaleAndConcurrency: {
        instanceMemoryMB: 2048
        maximumInstanceCount: 40
        // Runs must not wait for a cold start, nor the health gate, nor an alert (azure-facts 6.8).
        alwaysReady: [
          { name: 'durable', instanceCount: 1 }
          { name: 'http', instanceCount: 1 }
        ]
      }
    }
    siteConfig: {
      ftpsState: 'Disabled'
      http20Enabled: true
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ipSecurityRestrictionsDefaultAction: 'Deny'
      ipSecurityRestrictions: callers
      scmIpSecurityRestrictionsUseMain: false
      scmIpSecurityRestrictionsDefaultAction: 'Deny'
      scmIpSecurityRestrictions: deployers
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: {
      AZURE_CLIENT_ID: identity.clientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsightsConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.clientId};Authorization=AAD'
      AzureWebJobsStorage__accountName: storageAccount
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.clientId
      ESTATE_FILE: 'estate.json'
      PROBE_SCHEDULE: probeSchedule
      STATE_TABLE: stateTable
      NOTIFY_WEBHOOK_URL: notifyWebhookReference
    }
  }

  resource ftpPassword 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scmPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  // The platform checks tokens and tells the app whose they are; the app asks for a role on every route but the gate's GET.
  // Authentication is not required on the way in, because that answers 401 to Event Grid, which calls the extension's own route with a
  // key and without a token (MicrosoftDocs/azure-docs#99036), and an excluded path promises nothing of the identity headers on it.
  resource authentication 'config' = {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: true, runtimeVersion: '~1' }
      globalValidation: { requireAuthentication: false, unauthenticatedClientAction: 'AllowAnonymous' }
      httpSettings: { requireHttps: true }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: entra.clientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
          }
          validation: { allowedAudiences: [entra.clientId, entra.identifierUri] }
        }
      }
      login: { tokenStore: { enabled: false } }
    }
    dependsOn: [appSettings]
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = app.id
output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
