// What `azd up` deploys: the platform of this file, with what azd's environment knows. See examples/ for others.
// Models are retired after some 18 months and closed to new customers after 12, and no region has all of them: look before you deploy
// (`az cognitiveservices model list --location REGION`). These were on offer by Microsoft's tables of spring 2026.
using 'main.bicep'

param name = readEnvironmentVariable('AZURE_ENV_NAME', 'foundry-llm')
param topology = 'hubToHub'
param regions = [
  {
    location: 'swedencentral'
    addressPrefix: '10.100.0.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 150 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 500 }
    ]
  }
  {
    location: 'francecentral'
    addressPrefix: '10.100.16.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 150 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 500 }
    ]
  }
  {
    location: 'eastus2'
    addressPrefix: '10.100.32.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 150 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 500 }
    ]
  }
]
// None of the regions.
param control = { location: readEnvironmentVariable('AZURE_LOCATION', 'northeurope'), addressPrefix: '10.100.48.0/22' }

// entra/register.sh, which azd runs before, sets these.
param entra = {
  clientId: readEnvironmentVariable('ENTRA_CLIENT_ID', '00000000-0000-0000-0000-000000000000')
  identifierUri: readEnvironmentVariable('ENTRA_IDENTIFIER_URI', 'api://foundry-failover')
  webhookObjectId: readEnvironmentVariable('ENTRA_WEBHOOK_OBJECT_ID', '00000000-0000-0000-0000-000000000000')
}
param publisherEmail = readEnvironmentVariable('PUBLISHER_EMAIL', 'llm-platform@contoso.example')
param publisherName = readEnvironmentVariable('PUBLISHER_NAME', 'LLM platform')
param notifyWebhookUrl = readEnvironmentVariable('NOTIFY_WEBHOOK_URL', '')
param onCallAddresses = filter(split(readEnvironmentVariable('ON_CALL_ADDRESSES', ''), ','), address => !empty(address))
// Addresses from which `azd deploy` may bring the package.
param deployerAddresses = filter(split(readEnvironmentVariable('DEPLOYER_ADDRESSES', ''), ','), address => !empty(address))
param rewriteRouting = bool(readEnvironmentVariable('REWRITE_ROUTING', 'false'))
param tags = { 'azd-env-name': readEnvironmentVariable('AZURE_ENV_NAME', 'foundry-llm') }
