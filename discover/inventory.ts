/** What stands in the subscriptions, as far as an estate can be made of it. Hosts are lower-cased names without a port. */

export interface FoundDeployment {
  readonly name: string;
  readonly resourceId: string;
  readonly model: { readonly name: string | undefined; readonly version: string | undefined };
  /** `sku.name`. */
  readonly type: string | undefined;
  /** Of the limiter; null where Azure tells none, as of provisioned types. */
  readonly tokensPerMinute: number | null;
  /** False: certainly no chat completions. Azure does not tell it of every deployment. */
  readonly completesChats: boolean;
}

export interface FoundAccount {
  readonly resourceId: string;
  readonly name: string;
  readonly location: string;
  /** Base URL of the data plane, without a trailing slash; undefined without a subdomain of its own, which Entra tokens need. */
  readonly endpoint: string | undefined;
  /** Every name under which it answers. */
  readonly hosts: readonly string[];
  readonly deployments: readonly FoundDeployment[];
}

export interface FoundBackend {
  readonly name: string;
  /** Of a single backend. */
  readonly url: string | undefined;
  /** Names of the members, lower-cased; undefined for a single backend. */
  readonly members: readonly string[] | undefined;
}

export interface FoundGateway {
  readonly resourceId: string;
  readonly name: string;
  readonly location: string;
  readonly url: string;
  readonly hosts: readonly string[];
  readonly otherLocations: readonly string[];
  readonly backends: readonly FoundBackend[];
  readonly witnessPath: string | null;
}

export interface FoundOrigin {
  readonly group: string;
  readonly name: string;
  readonly host: string;
  /** Resource id at the other end of its private link. */
  readonly privateLink: string | undefined;
}

export interface FoundEdge {
  readonly kind: "standard" | "classic";
  readonly resourceId: string;
  readonly name: string;
  readonly origins: readonly FoundOrigin[];
  /** Origin groups, lower-cased, to which an enabled route leads; null where that was not read. */
  readonly routedGroups: ReadonlySet<string> | null;
}

export interface FoundApplicationGateway {
  readonly resourceId: string;
  readonly name: string;
  /** One a listener: names or addresses under which it is reached, and hosts or addresses that it leads to. */
  readonly fronts: readonly { readonly hosts: readonly string[]; readonly targets: readonly string[] }[];
}

/** Something that could not be read: the rest goes on without it. */
export interface Unread {
  readonly where: string;
  readonly reason: string;
}

export interface Inventory {
  readonly accounts: readonly FoundAccount[];
  readonly gateways: readonly FoundGateway[];
  readonly edges: readonly FoundEdge[];
  readonly applicationGateways: readonly FoundApplicationGateway[];
  readonly unread: readonly Unread[];
}
