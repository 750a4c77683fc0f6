// Three regions in Europe, a gateway in each: one platform serves one data boundary.
using '../main.bicep'

param name = 'contoso-llm'
param topology = 'hubToHub'
param regions = [
  {
    location: 'swedencentral'
    addressPrefix: '10.20.0.0/20'
    dataBoundary: 'eu'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 450 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1000 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'francecentral'
    addressPrefix: '10.20.16.0/20'
    dataBoundary: 'eu'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 300 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1000 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'germanywestcentral'
    addressPrefix: '10.20.32.0/20'
    dataBoundary: 'eu'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 450 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 2000 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
]
param control = { location: 'northeurope', addressPrefix: '10.20.48.0/22' }
param entra = {
  clientId: '7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11'
  identifierUri: 'api://7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11'
  webhookObjectId: '2c9a7f40-5a53-4a40-8f5e-61d3a1b0c922'
}
param publisherEmail = 'llm-platform@contoso.com'
param publisherName = 'Contoso LLM platform'
param onCallAddresses = ['llm-on-call@contoso.com']
param tags = { owner: 'llm-platform', environment: 'production' }
