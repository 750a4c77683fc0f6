// One gateway in front of two regions.
using '../main.bicep'

param name = 'tailspin'
param topology = 'hubAndSpoke'
param regions = [
  {
    location: 'eastus'
    addressPrefix: '10.10.0.0/22'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 240 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1000 }
    ]
  }
  {
    location: 'westus3'
    addressPrefix: '10.10.4.0/22'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 120 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1000 }
    ]
  }
]
param hubs = [
  { location: 'eastus2', addressPrefix: '10.10.8.0/22' }
]
param control = { location: 'centralus', addressPrefix: '10.10.12.0/22' }
param entra = {
  clientId: '7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11'
  identifierUri: 'api://7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11'
  webhookObjectId: '2c9a7f40-5a53-4a40-8f5e-61d3a1b0c922'
}
param publisherEmail = 'llm-platform@tailspin.example'
param publisherName = 'Tailspin Toys'
param onCallAddresses = ['llm-on-call@tailspin.example']
param tags = { owner: 'llm-platform', environment: 'staging' }
