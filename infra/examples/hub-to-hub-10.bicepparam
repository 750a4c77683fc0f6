// Ten regions on three continents, a gateway in each, joined by Virtual WAN.
using '../main.bicep'

param name = 'northwind-llm'
param topology = 'hubToHub'
param connectivity = 'virtualWan'
param gatewayUnits = 3
param regions = [
  {
    location: 'eastus2'
    addressPrefix: '10.60.0.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 300 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1500 }
      { name: 'gpt-5.4-reserved', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneProvisionedManaged', capacity: 100 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'westus3'
    addressPrefix: '10.60.16.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 350 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1500 }
      { name: 'gpt-5.4-reserved', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneProvisionedManaged', capacity: 100 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'southcentralus'
    addressPrefix: '10.60.32.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 400 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1500 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'DataZoneStandard', capacity: 350 }
    ]
  }
  {
    location: 'canadaeast'
    addressPrefix: '10.60.48.0/20'
    privateLinkLocation: 'canadacentral'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'GlobalStandard', capacity: 450 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 1500 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'swedencentral'
    addressPrefix: '10.60.64.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 500 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1000 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'francecentral'
    addressPrefix: '10.60.80.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 550 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1000 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'germanywestcentral'
    addressPrefix: '10.60.96.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'DataZoneStandard', capacity: 600 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'DataZoneStandard', capacity: 1000 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'japaneast'
    addressPrefix: '10.60.112.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'GlobalStandard', capacity: 450 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 1500 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'australiaeast'
    addressPrefix: '10.60.128.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'GlobalStandard', capacity: 300 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 1500 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'Standard', capacity: 350 }
    ]
  }
  {
    location: 'brazilsouth'
    addressPrefix: '10.60.144.0/20'
    models: [
      { name: 'gpt-5.4', model: 'gpt-5.4', version: '2026-03-05', type: 'GlobalStandard', capacity: 350 }
      { name: 'gpt-5.4-mini', model: 'gpt-5.4-mini', version: '2026-03-17', type: 'GlobalStandard', capacity: 1500 }
      { name: 'embeddings', model: 'text-embedding-3-large', version: '1', type: 'GlobalStandard', capacity: 350 }
    ]
  }
]
param control = { location: 'northeurope', addressPrefix: '10.60.160.0/22' }
param entra = {
  clientId: '7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11'
  identifierUri: 'api://7d1f3c52-6b0e-4b4a-9d53-2f7a3f0c8e11'
  webhookObjectId: '2c9a7f40-5a53-4a40-8f5e-61d3a1b0c922'
}
param publisherEmail = 'llm-platform@northwind.example'
param publisherName = 'Northwind Traders'
param onCallAddresses = ['llm-on-call@northwind.example']
param tags = { owner: 'llm-platform', environment: 'production' }
param deployFirewall = true
param productTokensPerMinute = 100000
