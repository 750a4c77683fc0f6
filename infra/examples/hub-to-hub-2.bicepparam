// Two regions, each with its gateway; the smallest platform that survives a region.
using '../main.bicep'

param name = 'fabrikam-ai'
param topology = 'hubToHub'
param regions = [
  {
    location: 'eastus2'
    addressPrefix: '10.40.0.0/22'
    models: [
      { name: 'gpt-4o', model: 'gpt-4o', version: '2024-11-20', type: 'Standard', capacity: 450 }
      { name: 'gpt-4o-mini', model: 'gpt-4o-mini', version: '2024-07-18', type: 'Standard', capacity: 2000 }
    ]
  }
  {
    location: 'westus3'
    addressPrefix: '10.40.4.0/22'
    models: [
      { name: 'gpt-4o', model: 'gpt-4o', version: '2024-11-20', type: 'Standard', capacity: 300 }
      { name: 'gpt-4o-mini', model: 'gpt-4o-mini', version: '2024-07-18', type: 'Standard', capacity: 1500 }
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
