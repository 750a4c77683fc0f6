// Two gateways in front of three European regions with workloads of their own, behind Application Gateways and the hubs' firewalls.
using '../main.bicep'

param name = 'adatum-llm'
param topology = 'hubAndSpoke'
param regions = [
  {
    location: 'swedencentral'
    addressPrefix: '10.30.0.0/20'
    dataBoundary: 'eu'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 450 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1000 }
      { name: 'gpt-5.4-reserved', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneProvisionedManaged', capacity: 100 }
    ]
  }
  {
    location: 'francecentral'
    addressPrefix: '10.30.16.0/20'
    dataBoundary: 'eu'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 300 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1000 }
      { name: 'gpt-5.4-reserved', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneProvisionedManaged', capacity: 50 }
    ]
  }
  {
    location: 'germanywestcentral'
    addressPrefix: '10.30.32.0/20'
    dataBoundary: 'eu'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 300 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1000 }
      { name: 'gpt-5.4-reserved', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneProvisionedManaged', capacity: 50 }
    ]
  }
]
param hubs = [
  { location: 'westeurope', addressPrefix: '10.30.48.0/22' }
  { location: 'northeurope', addressPrefix: '10.30.52.0/22' }
]
param control = { location: 'uksouth', addressPrefix: '10.30.56.0/22' }
param entra = {
  clientId: '7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11'
  identifierUri: 'api://7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11'
  webhookObjectId: '2c9a7f40-5a53-4a40-8f5e-61d3a1b0c922'
}
param publisherEmail = 'llm-platform@adatum.example'
param publisherName = 'Adatum Bank'
param onCallAddresses = ['llm-on-call@adatum.example']
param tags = { owner: 'llm-platform', environment: 'production' }
param deployFirewall = true
param deployWorkloads = true
param deployApplicationGateways = true
param ingressCertificate = {
  secretId: 'https://adatum-certificates.vault.azure.net/secrets/llm-ingress'
  identityId: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-certificates/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ingress'
}
