metadata description = 'Web application firewall of Front Door.'

import { tagsType } from '../../types.bicep'

param name string
param mode 'Detection' | 'Prevention'

@description('Requests per minute from one address, beyond which it is refused. Tokens are metered by the gateways, per caller.')
@minValue(10)
param requestsPerMinute int = 3000

param tags tagsType

// Prompts quote code, SQL and markup, which the managed rules would take for attacks.
var promptFields = ['input', 'instructions', 'messages', 'prompt', 'response_format', 'text', 'tools']

resource policy 'Microsoft.Network/frontDoorWebApplicationFirewallPolicies@2025-10-01' = {
  name: name
  location: 'global'
  tags: tags
  sku: { name: 'Premium_AzureFrontDoor' }
  properties: {
    policySettings: { enabledState: 'Enabled', mode: mode, requestBodyCheck: 'Enabled' }
    customRules: {
      rules: [
        {
          // Health gate and witness are for probes, which no firewall sees, and for the app, which asks the gateways directly.
          name: 'InternalPaths'
          priority: 10
          ruleType: 'MatchRule'
          enabledState: 'Enabled'
          action: 'Block'
          matchConditions: [
            {
              matchVariable: 'RequestUri'
              operator: 'Contains'
              matchValue: ['/foundry-failover/', '/status-0123456789abcdef']
              transforms: ['UrlDecode', 'Lowercase']
            }
          ]
        }
        {
          name: 'RequestsPerAddress'
          priority: 20
          ruleType: 'RateLimitRule'
          enabledState: 'Enabled'
          rateLimitDurationInMinutes: 1
          rateLimitThreshold: requestsPerMinute
          action: 'Block'
          matchConditions: [{ matchVariable: 'RequestUri', operator: 'Contains', matchValue: ['/'] }]
        }
      ]
    }
    managedRules: {
      managedRuleSets: [
        {
          ruleSetType: 'Microsoft_DefaultRuleSet'
          ruleSetVersion: '2.1'
          ruleSetAction: 'Block'
          exclusions: map(promptFields, field => {
            matchVariable: 'RequestBodyJsonArgNames'
            selectorMatchOperator: 'StartsWith'
            selector: field
          })
        }
        // Each of its rules has an action of its own: blocking all would refuse every client that is not a browser.
        { ruleSetType: 'Microsoft_BotManagerRuleSet', ruleSetVersion: '1.1' }
      ]
    }
  }
}

output id string = policy.id
