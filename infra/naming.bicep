metadata description = 'Every name and id, once: modules, role assignments and the estate use the same strings, none of them read back from Azure.'

import { vnetKind } from 'types.bicep'

// ---- Resource groups ----

// A group per location: Resource Manager keeps a group's metadata in its region, and refuses writes to the group while that is down.
@export()
func groupName(name string, location string) string => 'rg-${name}-${location}'

@export()
func platformGroupName(name string) string => 'rg-${name}-platform'

@export()
func resourceIdOf(subscriptionId string, group string, type string, resource string) string =>
  '/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/${type}/${resource}'

// Names that must be unique in the world carry six characters that follow from subscription and name.
@export()
func token(subscriptionId string, name string) string => take(uniqueString(subscriptionId, name), 6)

// ---- Network ----

@export()
func vnetName(name string, kind vnetKind, location string) string => 'vnet-${name}-${kind}-${location}'

@export()
func vnetId(subscriptionId string, name string, kind vnetKind, location string) string =>
  resourceIdOf(
    subscriptionId,
    kind == 'control' ? platformGroupName(name) : groupName(name, location),
    'Microsoft.Network/virtualNetworks',
    vnetName(name, kind, location)
  )

@export()
func subnetId(vnet string, subnet string) string => '${vnet}/subnets/${subnet}'

@export()
func privateEndpointName(resource string, groupId string) string => 'pe-${resource}-${toLower(groupId)}'

@export()
func dnsZoneId(subscriptionId string, name string, zone string) string =>
  resourceIdOf(subscriptionId, platformGroupName(name), 'Microsoft.Network/privateDnsZones', zone)

// An estate takes from a location's space: quarter 0 in /26 (gateway, private endpoints, firewall, app), /24 of quarter 1 for the
// Application Gateway, quarter 2 for workloads; quarter 3 is left out of the network, for a virtual hub must not overlap it.
func quarter(prefix string, index int) string => cidrSubnet(prefix, parseCidr(prefix).cidr + 2, index)

@export()
func vnetPrefixes(prefix string) string[] => [cidrSubnet(prefix, parseCidr(prefix).cidr + 1, 0), quarter(prefix, 2)]

@export()
func virtualHubPrefix(prefix string) string => cidrSubnet(quarter(prefix, 3), 24, 0)

@export()
func subnetPlan(prefix string) {
  gateway: string
  privateEndpoints: string
  firewall: string
  app: string
  applicationGateway: string
  workloads: string
} => {
  gateway: cidrSubnet(prefix, 26, 0)
  privateEndpoints: cidrSubnet(prefix, 26, 1)
  firewall: cidrSubnet(prefix, 26, 2)
  app: cidrSubnet(prefix, 26, 3)
  applicationGateway: cidrSubnet(quarter(prefix, 1), 24, 0)
  workloads: quarter(prefix, 2)
}

// The first address of its subnet that Azure does not keep for itself. Assumed [U]: Azure Firewall's address is documented to be one of
// the subnet's, not which one.
@export()
func firewallAddress(prefix string) string => cidrHost(subnetPlan(prefix).firewall, 3)

@export()
func applicationGatewayAddress(prefix string) string => cidrHost(subnetPlan(prefix).applicationGateway, 9)

@export()
func loadBalancerAddress(prefix string) string => cidrHost(subnetPlan(prefix).workloads, 9)

// openai: the account's data plane; the other two: the same account under its further names.
@export()
func foundryZones() string[] => [
  'privatelink.openai.azure.com'
  'privatelink.cognitiveservices.azure.com'
  'privatelink.services.ai.azure.com'
]

@export()
func dnsZones(storageSuffix string) string[] =>
  concat(foundryZones(), [
    'privatelink.azure-api.net'
    'privatelink.azurewebsites.net'
    'privatelink.vaultcore.azure.net'
    'privatelink.blob.${storageSuffix}'
    'privatelink.queue.${storageSuffix}'
    'privatelink.table.${storageSuffix}'
  ])

@export()
func natGatewayName(name string, location string) string => 'ng-${name}-${location}'

@export()
func firewallName(name string, kind vnetKind, location string) string => 'afw-${name}-${kind}-${location}'

@export()
func virtualWanName(name string) string => 'vwan-${name}'

@export()
func virtualHubName(name string, kind vnetKind, location string) string => 'vhub-${name}-${kind}-${location}'

@export()
func applicationGatewayName(name string, location string) string => 'agw-${name}-${location}'

@export()
func loadBalancerName(name string, location string) string => 'lbi-${name}-${location}'

// ---- Foundry ----

@export()
func accountName(subscriptionId string, name string, location string) string => 'aif-${name}-${location}-${token(subscriptionId, name)}'

@export()
func accountId(subscriptionId string, name string, location string) string =>
  resourceIdOf(
    subscriptionId,
    groupName(name, location),
    'Microsoft.CognitiveServices/accounts',
    accountName(subscriptionId, name, location)
  )

@export()
func deploymentId(subscriptionId string, name string, location string, deployment string) string =>
  '${accountId(subscriptionId, name, location)}/deployments/${deployment}'

// The account's custom subdomain is its name.
@export()
func accountEndpoint(subscriptionId string, name string, location string) string =>
  'https://${accountName(subscriptionId, name, location)}.openai.azure.com'

// ---- Gateways ----

@export()
func siteId(location string) string => 'apim-${location}'

@export()
func gatewayName(subscriptionId string, name string, location string) string => 'apim-${name}-${location}-${token(subscriptionId, name)}'

@export()
func gatewayId(subscriptionId string, name string, location string) string =>
  resourceIdOf(subscriptionId, groupName(name, location), 'Microsoft.ApiManagement/service', gatewayName(subscriptionId, name, location))

@export()
func gatewayHost(gateway string) string => '${gateway}.azure-api.net'

@export()
func backendName(location string, deployment string) string => 'foundry-${location}-${deployment}'

@export()
func backendUrl(subscriptionId string, name string, location string) string => '${accountEndpoint(subscriptionId, name, location)}/openai'

// ---- Edge ----

@export()
func frontDoorName(name string) string => 'afd-${name}'

@export()
func frontDoorId(subscriptionId string, name string) string =>
  resourceIdOf(subscriptionId, platformGroupName(name), 'Microsoft.Cdn/profiles', frontDoorName(name))

@export()
func originGroupName() string => 'gateways'

@export()
func originName(site string) string => site

// Letters and digits only.
@export()
func wafPolicyName(name string) string => 'waf${replace(name, '-', '')}'

// ---- Monitoring ----

@export()
func workspaceName(name string) string => 'log-${name}'

@export()
func workspaceId(subscriptionId string, name string) string =>
  resourceIdOf(subscriptionId, platformGroupName(name), 'Microsoft.OperationalInsights/workspaces', workspaceName(name))

@export()
func applicationInsightsName(name string) string => 'appi-${name}'

@export()
func actionGroupName(name string) string => 'ag-${name}'

// ---- App ----

@export()
func functionAppName(subscriptionId string, name string) string => 'func-${name}-${token(subscriptionId, name)}'

@export()
func functionAppId(subscriptionId string, name string) string =>
  resourceIdOf(subscriptionId, platformGroupName(name), 'Microsoft.Web/sites', functionAppName(subscriptionId, name))

@export()
func functionAppUrl(subscriptionId string, name string) string => 'https://${functionAppName(subscriptionId, name)}.azurewebsites.net'

@export()
func planName(name string) string => 'asp-${name}'

@export()
func identityName(name string) string => 'id-${name}'

@export()
func identityId(subscriptionId string, name string) string =>
  resourceIdOf(subscriptionId, platformGroupName(name), 'Microsoft.ManagedIdentity/userAssignedIdentities', identityName(name))

// 3-24 lower-case letters and digits.
@export()
func storageName(subscriptionId string, name string) string => 'st${replace(name, '-', '')}${token(subscriptionId, name)}'

@export()
func storageId(subscriptionId string, name string) string =>
  resourceIdOf(subscriptionId, platformGroupName(name), 'Microsoft.Storage/storageAccounts', storageName(subscriptionId, name))

// 3-24 letters, digits and single hyphens.
@export()
func keyVaultName(subscriptionId string, name string) string => 'kv${replace(name, '-', '')}${token(subscriptionId, name)}'
