metadata description = 'One single backend per region and model, each with its circuit breaker.'

import { backendType } from '../../types.bicep'

@description('Name of the API Management service.')
param service string

param backends backendType[]

// The rehearsal reads the same file.
var circuitBreaker = loadJsonContent('../../gateway/breaker.json')

resource gateway 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: service
}

resource single 'Microsoft.ApiManagement/service/backends@2024-05-01' = [
  for backend in backends: {
    parent: gateway
    name: backend.name
    properties: {
      type: 'Single'
      description: '${backend.deployment} in ${backend.location}'
      url: backend.url
      protocol: 'http'
      circuitBreaker: circuitBreaker
      tls: { validateCertificateChain: true, validateCertificateName: true }
    }
  }
]
