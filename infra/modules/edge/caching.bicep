metadata description = 'Caching of static responses, and of nothing else: what a model answers is never kept.'

param profile string

resource frontDoor 'Microsoft.Cdn/profiles@2025-06-01' existing = {
  name: profile
}

resource rules 'Microsoft.Cdn/profiles/ruleSets@2025-06-01' = {
  parent: frontDoor
  name: 'caching'
}

resource static 'Microsoft.Cdn/profiles/ruleSets/rules@2025-06-01' = {
  parent: rules
  name: 'staticResponses'
  properties: {
    order: 1
    matchProcessingBehavior: 'Stop'
    conditions: [
      {
        name: 'UrlFileExtension'
        parameters: {
          typeName: 'DeliveryRuleUrlFileExtensionMatchConditionParameters'
          operator: 'Equal'
          matchValues: ['css', 'html', 'ico', 'jpg', 'js', 'map', 'png', 'svg', 'txt', 'webp', 'woff2']
          transforms: ['Lowercase']
        }
      }
      {
        name: 'UrlPath'
        parameters: {
          typeName: 'DeliveryRuleUrlPathMatchConditionParameters'
          operator: 'BeginsWith'
          matchValues: ['openai/', 'foundry-failover/']
          negateCondition: true
          transforms: ['Lowercase']
        }
      }
      {
        // An answer to somebody who was signed in may be meant for nobody else.
        name: 'RequestHeader'
        parameters: {
          typeName: 'DeliveryRuleRequestHeaderConditionParameters'
          selector: 'Authorization'
          operator: 'Any'
          negateCondition: true
        }
      }
    ]
    actions: [
      {
        name: 'RouteConfigurationOverride'
        parameters: {
          typeName: 'DeliveryRuleRouteConfigurationOverrideActionParameters'
          cacheConfiguration: {
            cacheBehavior: 'HonorOrigin'
            queryStringCachingBehavior: 'UseQueryString'
            isCompressionEnabled: 'Enabled'
          }
        }
      }
    ]
  }
}

output id string = rules.id
