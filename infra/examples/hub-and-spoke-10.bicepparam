// Two gateways in front of ten regions; nothing binds a request to a region.
using '../main.bicep'

param name = 'wingtip-ai'
param topology = 'hubAndSpoke'
param regions = [
  {
    location: 'eastus'
    addressPrefix: '10.80.0.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 450 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 2000 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'eastus2'
    addressPrefix: '10.80.16.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 300 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 2000 }
    ]
  }
  {
    location: 'centralus'
    addressPrefix: '10.80.32.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 150 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 2000 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'DataZoneStandard', capacity: 350 }
    ]
  }
  {
    location: 'northcentralus'
    addressPrefix: '10.80.48.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 450 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 2000 }
    ]
  }
  {
    location: 'southcentralus'
    addressPrefix: '10.80.64.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 300 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 2000 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'DataZoneStandard', capacity: 350 }
    ]
  }
  {
    location: 'westus'
    addressPrefix: '10.80.80.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 150 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 2000 }
    ]
  }
  {
    location: 'westus3'
    addressPrefix: '10.80.96.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 450 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 2000 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'canadaeast'
    addressPrefix: '10.80.112.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'GlobalStandard', capacity: 300 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 2000 }
    ]
  }
  {
    location: 'swedencentral'
    addressPrefix: '10.80.128.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 150 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 2000 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'australiaeast'
    addressPrefix: '10.80.144.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'GlobalStandard', capacity: 450 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 2000 }
    ]
  }
]
param hubs = [
  { location: 'eastus2', addressPrefix: '10.80.160.0/22' }
  { location: 'canadacentral', addressPrefix: '10.80.164.0/22' }
]
param control = { location: 'westus2', addressPrefix: '10.80.168.0/22' }
param entra = {
  clientId: '7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11'
  identifierUri: 'api://7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11'
  webhookObjectId: '2c9a7f40-5a53-4a40-8f5e-61d3a1b0c922'
}
param publisherEmail = 'llm-platform@wingtip.example'
param publisherName = 'Wingtip Games'
param onCallAddresses = ['llm-on-call@wingtip.example']
param tags = { owner: 'llm-platform', environment: 'production' }
