metadata description = 'Application Gateway with a web application firewall and no public address, in front of one region\'s workloads or models.'

import { certificateType, tagsType } from '../../types.bicep'

@export()
@description('What stands behind the gateway.')
type targetType = {
  @description('Addresses or host names.')
  addresses: { ipAddress: string?, fqdn: string? }[]
  protocol: 'Http' | 'Https'
  port: int
  probePath: string

  @description('Detection where prompts pass: text about code and databases looks like an attack to the rules.')
  wafMode: 'Detection' | 'Prevention'

  @description('Requests and probes name the host that they are sent to, as services with many hosts on one address need.')
  ownHostName: bool
}

param name string
param location string
param subnetId string

@description('Private address of its frontend.')
param address string

param target targetType
param certificate certificateType
param workspaceId string
param tags tagsType

resource firewall 'Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies@2025-05-01' = {
  name: 'waf-${name}'
  location: location
  tags: tags
  properties: {
    policySettings: {
      state: 'Enabled'
      mode: target.wafMode
      requestBodyCheck: true
      // Prompts are long: what is beyond the part that is inspected passes.
      requestBodyInspectLimitInKB: 128
      requestBodyEnforcement: false
      fileUploadEnforcement: false
    }
    managedRules: {
      managedRuleSets: [
        { ruleSetType: 'Microsoft_DefaultRuleSet', ruleSetVersion: '2.1' }
        { ruleSetType: 'Microsoft_BotManagerRuleSet', ruleSetVersion: '1.1' }
      ]
    }
  }
}

func part(gateway string, kind string, item string) { id: string } => {
  id: resourceId('Microsoft.Network/applicationGateways/${kind}', gateway, item)
}

resource gateway 'Microsoft.Network/applicationGateways@2025-05-01' = {
  name: name
  location: location
  tags: tags
  zones: pickZones('Microsoft.Network', 'applicationGateways', location, 3)
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${certificate.identityId}': {} } }
  properties: {
    sku: { name: 'WAF_v2', tier: 'WAF_v2' }
    autoscaleConfiguration: { minCapacity: 2, maxCapacity: 10 }
    enableHttp2: true
    firewallPolicy: { id: firewall.id }
    sslPolicy: { policyType: 'Predefined', policyName: 'AppGwSslPolicy20220101' }
    sslCertificates: [{ name: 'listener', properties: { keyVaultSecretId: certificate.secretId } }]
    gatewayIPConfigurations: [{ name: 'subnet', properties: { subnet: { id: subnetId } } }]
    frontendIPConfigurations: [
      {
        name: 'private'
        properties: { subnet: { id: subnetId }, privateIPAllocationMethod: 'Static', privateIPAddress: address }
      }
    ]
    frontendPorts: [{ name: 'https', properties: { port: 443 } }]
    backendAddressPools: [{ name: 'target', properties: { backendAddresses: target.addresses } }]
    backendHttpSettingsCollection: [
      {
        name: 'target'
        properties: {
          protocol: target.protocol
          port: target.port
          cookieBasedAffinity: 'Disabled'
          pickHostNameFromBackendAddress: target.ownHostName
          // Above the longest streamed answer, or a change of configuration cuts it off (azure-facts 10.1).
          requestTimeout: 240
          connectionDraining: { enabled: true, drainTimeoutInSec: 300 }
          probe: part(name, 'probes', 'target')
        }
      }
    ]
    probes: [
      {
        name: 'target'
        properties: {
          protocol: target.protocol
          path: target.probePath
          host: target.ownHostName ? null : '127.0.0.1'
          pickHostNameFromBackendHttpSettings: target.ownHostName
          interval: 15
          timeout: 10
          unhealthyThreshold: 2
          match: { statusCodes: ['200-399'] }
        }
      }
    ]
    httpListeners: [
      {
        name: 'https'
        properties: {
          protocol: 'Https'
          frontendIPConfiguration: part(name, 'frontendIPConfigurations', 'private')
          frontendPort: part(name, 'frontendPorts', 'https')
          sslCertificate: part(name, 'sslCertificates', 'listener')
        }
      }
    ]
    requestRoutingRules: [
      {
        name: 'target'
        properties: {
          ruleType: 'Basic'
          priority: 100
          httpListener: part(name, 'httpListeners', 'https')
          backendAddressPool: part(name, 'backendAddressPools', 'target')
          backendHttpSettings: part(name, 'backendHttpSettingsCollection', 'target')
        }
      }
    ]
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'workspace'
  scope: gateway
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = gateway.id
