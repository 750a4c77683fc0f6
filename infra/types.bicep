metadata description = 'The words that the files of this folder share.'

@export()
type tagsType = {
  *: string
}

@export()
@description('One model deployment of one region.')
type modelType = {
  @description('Name of the deployment, and of the backend pool that spreads its traffic over the regions.')
  @minLength(2)
  @maxLength(40)
  name: string

  @description('Model, for example gpt-4o.')
  model: string

  @description('Model version, for example 2024-11-20. Regions carry each other\'s traffic only with the same one.')
  version: string

  type:
    | 'Standard'
    | 'GlobalStandard'
    | 'DataZoneStandard'
    | 'ProvisionedManaged'
    | 'GlobalProvisionedManaged'
    | 'DataZoneProvisionedManaged'

  @description('sku.capacity: thousands of tokens per minute for the standard types, provisioned throughput units for the others.')
  @minValue(1)
  capacity: int
}

@export()
@description('A region that answers requests: a virtual network and a Foundry account with its deployments; for hubToHub also a gateway.')
type regionType = {
  @description('Azure location name, for example eastus2.')
  location: string

  @description('Address space of its virtual network, /16 to /22, overlapping no other.')
  addressPrefix: string

  @minLength(1)
  models: modelType[]

  @description('Where the data of its clients must stay, for example eu: the same for every region of a platform.')
  dataBoundary: string?

  @description('Location in which Front Door opens its private link to this region\'s gateway, where the region itself has no such link.')
  privateLinkLocation: string?
}

@export()
@description('A gateway in front of all regions (hubAndSpoke only).')
type hubType = {
  location: string

  @description('Address space of its virtual network, /16 to /22, overlapping no other.')
  addressPrefix: string

  @description('Location in which Front Door opens its private link to this gateway, where the hub\'s own has no such link.')
  privateLinkLocation: string?
}

@export()
@description('Where the Function App and what is global stand: none of the regions and hubs, so that no region takes it along when it fails.')
type controlType = {
  location: string

  @description('Address space of its virtual network, /16 to /22, overlapping no other.')
  addressPrefix: string
}

@export()
@description('App registration of the Function App, which Resource Manager cannot create: see entra/.')
type entraType = {
  @description('Application (client) id: the audience of the tokens that the app and the gateways accept.')
  @minLength(36)
  @maxLength(36)
  clientId: string

  @description('Application ID URI, for example api://{clientId}.')
  identifierUri: string

  @description('Object id of the app registration: the secure webhook of the action group names it.')
  @minLength(36)
  @maxLength(36)
  webhookObjectId: string
}

@export()
@description('Certificate of the Application Gateways\' listeners, in a Key Vault that they reach by private network.')
type certificateType = {
  @description('Secret id without a version, so that a renewed certificate is taken up.')
  secretId: string

  @description('Id of a user-assigned identity that may read the secret.')
  identityId: string
}

@export()
type vnetKind = 'region' | 'hub' | 'control'

@export()
type topologyType = 'hubAndSpoke' | 'hubToHub'

@export()
@description('One API Management instance.')
type gatewaySiteType = {
  @description('apim-{location}: its name in the estate.')
  id: string

  @description('Name of the API Management service.')
  name: string

  location: string
  resourceGroup: string
  privateLinkLocation: string?
}

@export()
@description('One region\'s deployment as a gateway\'s single backend.')
type backendType = {
  name: string
  url: string

  @description('Name of the model deployment.')
  deployment: string

  location: string
}

@export()
type memberType = {
  @description('Name of a single backend of the same gateway.')
  backend: string

  @minValue(1)
  @maxValue(100)
  weight: int

  priority: int
}

@export()
type poolType = {
  name: string
  members: memberType[]
}
