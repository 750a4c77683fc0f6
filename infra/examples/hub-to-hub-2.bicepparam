// Two regions, each with its gateway; the smallest platform that survives a region.
using '../main.bicep'

param name = 'fabrikam-ai'
param topology = 'hubToHub'
param regions = [
  {
    location: 'eastus2'
    addressPrefix: '10.40.0.0/22'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 450 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 2000 }
    ]
  }
  {
    location: 'westus3'
    addressPrefix: '10.40.4.0/22'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 300 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1500 }
    ]
  }
]
param control = { location: 'centralus', addressPrefix: '10.40.8.0/22' }
param entra = {
  clientId: '7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11'
  identifierUri: 'api://7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11'
  webhookObjectId: '2c9a7f40-5a53-4a40-8f5e-61d3a1b0c922'
}
param publisherEmail = 'llm-platform@fabrikam.example'
param publisherName = 'Fabrikam AI'
param onCallAddresses = ['llm-on-call@fabrikam.example']
param tags = { owner: 'llm-platform', environment: 'production' }
