metadata description = 'The Function App with its storage, and the alerts that reach it.'

import { entraType, tagsType } from '../types.bicep'
import { watchedType } from 'monitoring/alerts.bicep'
import {
  actionGroupName
  dnsZoneId
  functionAppName
  functionAppUrl
  keyVaultName
  planName
  privateEndpointName
  storageName
  subnetId
  vnetId
} from '../naming.bicep'

@description('Name of the estate.')
param name string
param location string

@description('The app\'s user-assigned identity.')
param identity { id: string, clientId: string, principalId: string }
param entra entraType
param probeIntervalSeconds int

@secure()
param notifyWebhookUrl string
param deployerAddresses string[]
param onCallAddresses string[]
param deployWorkbook bool
param accounts watchedType[]
param gateways watchedType[]
param connectionString string
param workspaceId string
param tags tagsType

var subscriptionId = subscription().subscriptionId
var vnet = vnetId(subscriptionId, name, 'control', location)
var storage = storageName(subscriptionId, name)
var app = functionAppName(subscriptionId, name)
var vaultName = keyVaultName(subscriptionId, name)

module account 'app/storage.bicep' = {
  name: 'storage'
  params: { name: storage, location: location, workspaceId: workspaceId, tags: tags }
}

module storageEndpoints 'network/private-endpoint.bicep' = [
  for service in ['blob', 'queue', 'table']: {
    name: 'storage-endpoint-${service}'
    params: {
      name: privateEndpointName(storage, service)
      location: location
      subnetId: subnetId(vnet, 'private-endpoints')
      serviceId: account.outputs.id
      groupId: service
      zoneIds: [dnsZoneId(subscriptionId, name, 'privatelink.${service}.${environment().suffixes.storage}')]
      tags: tags
    }
  }
]

module storageRoles 'access/assignments-storage.bicep' = {
  name: 'storage-roles'
  params: { storageAccount: storage, principalId: identity.principalId }
  dependsOn: [account]
}

module vault 'app/vault.bicep' = if (!empty(notifyWebhookUrl)) {
  name: 'vault'
  params: {
    name: vaultName
    location: location
    principalId: identity.principalId
    notifyWebhookUrl: notifyWebhookUrl
    workspaceId: workspaceId
    tags: tags
  }
}

module vaultEndpoint 'network/private-endpoint.bicep' = if (!empty(notifyWebhookUrl)) {
  name: 'vault-endpoint'
  params: {
    name: privateEndpointName(vaultName, 'vault')
    location: location
    subnetId: subnetId(vnet, 'private-endpoints')
    serviceId: vault!.outputs.id
    groupId: 'vault'
    zoneIds: [dnsZoneId(subscriptionId, name, 'privatelink.vaultcore.azure.net')]
    tags: tags
  }
}

module functionApp 'app/function-app.bicep' = {
  name: 'function-app'
  params: {
    name: app
    planName: planName(name)
    location: location
    subnetId: subnetId(vnet, 'app')
    identity: { id: identity.id, clientId: identity.clientId }
    storageAccount: storage
    applicationInsightsConnectionString: connectionString
    workspaceId: workspaceId
    entra: entra
    probeIntervalSeconds: probeIntervalSeconds
    notifyWebhookReference: empty(notifyWebhookUrl) ? '' : vault!.outputs.notifyWebhookReference
    deployerAddresses: deployerAddresses
    tags: tags
  }
  dependsOn: [storageEndpoints, storageRoles, vaultEndpoint]
}

module appEndpoint 'network/private-endpoint.bicep' = {
  name: 'function-app-endpoint'
  params: {
    name: privateEndpointName(app, 'sites')
    location: location
    subnetId: subnetId(vnet, 'private-endpoints')
    serviceId: functionApp.outputs.id
    groupId: 'sites'
    zoneIds: [dnsZoneId(subscriptionId, name, 'privatelink.azurewebsites.net')]
    tags: tags
  }
}

module actionGroup 'monitoring/action-group.bicep' = {
  name: 'action-group'
  params: {
    name: actionGroupName(name)
    appUrl: functionAppUrl(subscriptionId, name)
    entra: entra
    emailAddresses: onCallAddresses
    tags: tags
  }
}

module alerts 'monitoring/alerts.bicep' = {
  name: 'alerts'
  params: {
    name: name
    location: location
    accounts: accounts
    gateways: gateways
    workspaceId: workspaceId
    actionGroupId: actionGroup.outputs.id
    tags: tags
  }
}

module workbook 'monitoring/workbook.bicep' = if (deployWorkbook) {
  name: 'workbook'
  params: { title: 'Foundry Failover (${name})', location: location, workspaceId: workspaceId, tags: tags }
}
