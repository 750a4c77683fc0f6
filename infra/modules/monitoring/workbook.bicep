// The platform on one page. The workbook names its queries; their text stands in infra/queries, where it is parsed by the tests.
import { tagsType } from '../../types.bicep'

@description('Title of the workbook.')
param title string

@description('Location of the workbook: the control location.')
param location string

@description('Log Analytics workspace that the queries ask.')
param workspaceId string

@description('Tags of every resource.')
param tags tagsType

var queries = {
  'tokens-per-minute.kql': loadTextContent('../../queries/tokens-per-minute.kql')
  'latency.kql': loadTextContent('../../queries/latency.kql')
  'errors-by-class.kql': loadTextContent('../../queries/errors-by-class.kql')
  'throttling.kql': loadTextContent('../../queries/throttling.kql')
  'traffic-share.kql': loadTextContent('../../queries/traffic-share.kql')
  'failover-events.kql': loadTextContent('../../queries/failover-events.kql')
}

var page = loadJsonContent('../../workbooks/platform.json')

var items = map(
  page.items,
  item =>
    contains(queries, item.content.?query ?? '')
      ? union(item, { content: union(item.content, { query: queries[item.content.query] }) })
      : item
)

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, title)
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: title
    category: 'workbook'
    sourceId: workspaceId
    version: '1.0'
    serializedData: string(union(page, { items: items, fallbackResourceIds: [workspaceId] }))
  }
}

output id string = workbook.id
