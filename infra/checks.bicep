metadata description = 'What parameters must be to each other. Every problem is told at once, with the field, what was found and what is allowed, before anything is deployed.'

import { certificateType, controlType, entraType, hubType, regionType, topologyType } from 'types.bicep'

@export()
type inputType = {
  name: string
  topology: topologyType
  regions: regionType[]
  hubs: hubType[]
  control: controlType
  connectivity: 'peering' | 'virtualWan'
  entra: entraType
  publisherEmail: string
  deployFirewall: bool
  deployApplicationGateways: bool
  ingressCertificate: certificateType?
}

// A named value at a place in the parameters.
type placedType = { path: string, value: string }

// ---- Text ----

func only(text string, allowed string) bool => empty(filter(range(0, length(text)), i => !contains(allowed, substring(text, i, 1))))

func isLocation(text string) bool =>
  empty(text) ? false : only(text, 'abcdefghijklmnopqrstuvwxyz0123456789') && only(take(text, 1), 'abcdefghijklmnopqrstuvwxyz')

func isName(text string) bool =>
  only(text, 'abcdefghijklmnopqrstuvwxyz0123456789-') && only(take(text, 1), 'abcdefghijklmnopqrstuvwxyz') && !endsWith(text, '-') && !contains(
    text,
    '--'
  )

func isModelName(text string) bool =>
  only(toLower(text), 'abcdefghijklmnopqrstuvwxyz0123456789-._') && !startsWith(toLower(text), 'foundry-')

// Not the one of zeros, which stands where nothing has been registered yet.
func isGuid(text string) bool => length(split(text, '-')) == 5 && only(toLower(text), '0123456789abcdef-') && !only(text, '0-')

// ---- Addresses ----

func isNumber(text string, most int) bool => empty(text) || length(text) > 3 ? false : only(text, '0123456789') ? int(text) <= most : false

func octets(prefix string) string[] => split(split(prefix, '/')[0], '.')

func isCidr(prefix string) bool =>
  length(split(prefix, '/')) == 2 && length(octets(prefix)) == 4
    ? isNumber(split(prefix, '/')[1], 32) && empty(filter(octets(prefix), octet => !isNumber(octet, 255)))
    : false

// Such as 10.1.0.0/20: neither larger nor smaller than the plan of its subnets allows, and without host bits, which Azure refuses.
func isAddressSpace(prefix string) bool =>
  isCidr(prefix)
    ? parseCidr(prefix).cidr >= 16 && parseCidr(prefix).cidr <= 22 && parseCidr(prefix).network == split(prefix, '/')[0]
    : false

func addressOf(ip string) int => reduce(map(split(ip, '.'), octet => int(octet)), 0, (sum, octet) => sum * 256 + octet)

func overlap(one string, other string) bool =>
  addressOf(parseCidr(one).network) <= addressOf(parseCidr(other).broadcast) && addressOf(parseCidr(other).network) <= addressOf(parseCidr(one).broadcast)

func spacesOf(input inputType) placedType[] =>
  concat(
    map(range(0, length(input.regions)), i => { path: 'regions[${i}].addressPrefix', value: input.regions[i].addressPrefix }),
    map(range(0, length(input.hubs)), i => { path: 'hubs[${i}].addressPrefix', value: input.hubs[i].addressPrefix }),
    [{ path: 'control.addressPrefix', value: input.control.addressPrefix }]
  )

func overlapsOf(spaces placedType[], i int) string[] =>
  map(
    filter(range(0, i), j => overlap(spaces[j].value, spaces[i].value)),
    j => '${spaces[i].path}: ${spaces[i].value} overlaps ${spaces[j].value} of ${spaces[j].path}; address spaces must not overlap'
  )

func addressProblems(spaces placedType[]) string[] =>
  empty(filter(spaces, space => !isAddressSpace(space.value)))
    ? flatten(map(range(0, length(spaces)), i => overlapsOf(spaces, i)))
    : map(
        filter(spaces, space => !isAddressSpace(space.value)),
        space => '${space.path}: "${space.value}" must be an IPv4 address space of /16 to /22 at its first address, for example 10.1.0.0/20'
      )

// ---- Locations ----

func placesOf(input inputType) placedType[] =>
  concat(
    map(range(0, length(input.regions)), i => { path: 'regions[${i}].location', value: input.regions[i].location }),
    map(range(0, length(input.hubs)), i => { path: 'hubs[${i}].location', value: input.hubs[i].location }),
    [{ path: 'control.location', value: input.control.location }]
  )

func linksOf(input inputType) placedType[] =>
  concat(
    map(filter(range(0, length(input.regions)), i => input.regions[i].?privateLinkLocation != null), i => {
      path: 'regions[${i}].privateLinkLocation'
      value: input.regions[i].?privateLinkLocation!
    }),
    map(filter(range(0, length(input.hubs)), i => input.hubs[i].?privateLinkLocation != null), i => {
      path: 'hubs[${i}].privateLinkLocation'
      value: input.hubs[i].?privateLinkLocation!
    })
  )

func repeated(places placedType[]) string[] =>
  map(
    filter(range(0, length(places)), i => contains(map(take(places, i), place => place.value), places[i].value)),
    i => '${places[i].path}: "${places[i].value}" is given before; locations must differ'
  )

func locationProblems(input inputType) string[] =>
  concat(
    map(
      filter(concat(placesOf(input), linksOf(input)), place => !isLocation(place.value)),
      place => '${place.path}: "${place.value}" must be an Azure location name, lower-case letters and digits, for example eastus2'
    ),
    repeated(filter(placesOf(input), place => startsWith(place.path, 'regions'))),
    repeated(filter(placesOf(input), place => startsWith(place.path, 'hubs'))),
    contains(map(concat(input.regions, input.hubs), place => place.location), input.control.location)
      ? [
          'control.location: "${input.control.location}" is a region or hub; it must be another location, or the app fails with what it is to save'
        ]
      : [],
    length(union(map(input.regions, region => region.location), map(input.hubs, hub => hub.location))) > 30
      ? ['hubs: regions and hubs together have more than 30 locations; at most 30 are allowed']
      : []
  )

// ---- Models ----

func modelPath(r int, m int) string => 'regions[${r}].models[${m}]'

func nameProblems(region regionType, r int) string[] =>
  map(
    filter(range(0, length(region.models)), m => !isModelName(region.models[m].name)),
    m =>
      '${modelPath(r, m)}.name: "${region.models[m].name}" must be letters, digits, dots, hyphens or underscores and not begin with foundry-, which names the backends'
  )

func duplicateProblems(region regionType, r int) string[] =>
  map(
    filter(
      range(0, length(region.models)),
      m => contains(map(take(region.models, m), model => toLower(model.name)), toLower(region.models[m].name))
    ),
    m => '${modelPath(r, m)}.name: "${region.models[m].name}" is given before in this region; names must differ'
  )

// Deployments of one name share a pool and so serve each other's requests.
func parityProblems(regions regionType[], region regionType, r int) string[] =>
  flatten(map(
    range(0, length(region.models)),
    m =>
      map(
        take(
          filter(
            flatten(map(take(regions, r), earlier => earlier.models)),
            model =>
              toLower(model.name) == toLower(region.models[m].name) && '${model.name} ${model.model} ${model.version}' != '${region.models[m].name} ${region.models[m].model} ${region.models[m].version}'
          ),
          1
        ),
        model =>
          '${modelPath(r, m)}: ${region.models[m].name} is ${region.models[m].model} ${region.models[m].version}, but ${model.name} of an earlier region is ${model.model} ${model.version}; one name must mean one model and version'
      )
  ))

func modelProblems(regions regionType[]) string[] =>
  flatten(map(
    range(0, length(regions)),
    r => concat(nameProblems(regions[r], r), duplicateProblems(regions[r], r), parityProblems(regions, regions[r], r))
  ))

// ---- Topology ----

func distinct(texts string[]) string[] => union(texts, texts)

func boundariesOf(regions regionType[]) string[] => distinct(map(regions, region => region.?dataBoundary ?? 'none'))

func topologyProblems(input inputType) string[] =>
  concat(
    input.topology == 'hubToHub' && !empty(input.hubs)
      ? ['hubs: ${length(input.hubs)} given; hubToHub has a gateway in every region and no hubs']
      : [],
    input.topology == 'hubAndSpoke' && (empty(input.hubs) || length(input.hubs) > 2)
      ? ['hubs: ${length(input.hubs)} given; hubAndSpoke has 1 or 2']
      : [],
    // Breakers and Front Door send a request on to any region without asking the app.
    length(boundariesOf(input.regions)) > 1
      ? [
          'regions[].dataBoundary: ${join(boundariesOf(input.regions), ', ')}; Front Door and the pools send requests to any region, so one boundary for all: deploy a platform per boundary'
        ]
      : [],
    // A route may name a firewall of its own or a peered network only.
    input.topology == 'hubAndSpoke' && input.connectivity == 'virtualWan' && input.deployFirewall
      ? ['deployFirewall: true; with hubAndSpoke the firewall stands in the hub, which connectivity peering alone reaches']
      : []
  )

func boundaryProblems(regions regionType[]) string[] =>
  map(
    filter(
      range(0, length(regions)),
      i => trim(regions[i].?dataBoundary ?? 'none') != (regions[i].?dataBoundary ?? 'none') || regions[i].?dataBoundary == ''
    ),
    i => 'regions[${i}].dataBoundary: "${regions[i].?dataBoundary ?? ''}" must not be empty or begin or end with a space'
  )

// ---- The rest ----

func otherProblems(input inputType) string[] =>
  concat(
    isName(input.name) ? [] : ['name: "${input.name}" must be lower-case letters, digits and single inner hyphens, and begin with a letter'],
    isGuid(input.entra.clientId) ? [] : ['entra.clientId: "${input.entra.clientId}" must be the GUID that entra/register.sh tells'],
    isGuid(input.entra.webhookObjectId)
      ? []
      : ['entra.webhookObjectId: "${input.entra.webhookObjectId}" must be the GUID that entra/register.sh tells'],
    startsWith(input.entra.identifierUri, 'api://') || startsWith(input.entra.identifierUri, 'https://')
      ? []
      : ['entra.identifierUri: "${input.entra.identifierUri}" must begin with api:// or https://'],
    length(split(input.publisherEmail, '@')) == 2 ? [] : ['publisherEmail: "${input.publisherEmail}" must be a mail address'],
    input.deployApplicationGateways && input.?ingressCertificate == null
      ? ['ingressCertificate: none given; deployApplicationGateways needs the certificate of their listeners']
      : []
  )

func problemsOf(input inputType) string[] =>
  concat(
    otherProblems(input),
    topologyProblems(input),
    locationProblems(input),
    addressProblems(spacesOf(input)),
    boundaryProblems(input.regions),
    modelProblems(input.regions)
  )

func nameUnless(problems string[], name string) string =>
  empty(problems)
    ? name
    : fail('${length(problems)} ${length(problems) == 1 ? 'parameter is' : 'parameters are'} wrong:\n- ${join(problems, '\n- ')}')

@export()
@description('The estate\'s name, once the parameters are right.')
func checkedName(input inputType) string => nameUnless(problemsOf(input), input.name)

@export()
@description('The webhook\'s address, once it is one. Apart from the rest: what a secret has touched is no longer evaluated before a deployment.')
func checkedWebhook(url string) string =>
  empty(url) || startsWith(url, 'https://') ? url : fail('notifyWebhookUrl: (not shown) must be empty or begin with https://')
