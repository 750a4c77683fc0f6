/**
 * What values of an estate file must be to each other. Works on a draft, in which whatever is unusable by itself is absent, so that
 * these problems are reported together with the structural ones.
 */
import { RESOURCE_TYPES, armIdProblem, type ResourceType } from "./arm-id.ts";
import { Draft } from "./draft.ts";
import { formatPath, show, type Issue, type Path } from "./issues.ts";
import { MESSAGES } from "./messages.ts";
import { uniquenessIssues } from "./validate-unique.ts";
import { policyIssues } from "./validate-policies.ts";

export function crossIssues(root: unknown): readonly Issue[] {
  const parsed = Draft.safeParse(root);
  // Not an object at all: the schema has said so.
  if (!parsed.success) return [];
  const draft = parsed.data;
  return [
    ...emptyRegionIssues(draft),
    ...referenceIssues(draft),
    ...uniquenessIssues(draft),
    ...resourceIssues(draft),
    ...policyIssues(draft, root),
  ];
}

function issue(path: Path, message: string, found: unknown): Issue {
  return { path: formatPath(path), message, found: show(found) };
}

function emptyRegionIssues(draft: Draft): readonly Issue[] {
  const homes = [...draft.deployments, ...draft.gateways].map((item) => item.region);
  return draft.regions.flatMap(({ name }, index) =>
    name === undefined || homes.includes(name) ? [] : [issue(["regions", index, "name"], MESSAGES.emptyRegion, name)],
  );
}

interface Reference {
  readonly path: Path;
  readonly name: string | undefined;
}

function referenceIssues(draft: Draft): readonly Issue[] {
  const inRegion = (list: "deployments" | "gateways"): readonly Reference[] =>
    draft[list].map(({ region: name }, index) => ({ path: [list, index, "region"], name }));
  const members = draft.gateways.flatMap(({ pools }, g) =>
    pools.flatMap((pool, p) =>
      pool.members.map(({ deployment: name }, m) => ({ path: ["gateways", g, "pools", p, "members", m, "deployment"], name })),
    ),
  );
  const origins = draft.edges.flatMap((edge, e) =>
    edge.origins.map(({ gateway: name }, o) => ({ path: ["edges", e, "origins", o, "gateway"], name })),
  );
  const regionNames = draft.regions.map((region) => region.name);
  return [
    ...unresolved([...inRegion("deployments"), ...inRegion("gateways")], regionNames, MESSAGES.unknownRegion),
    ...unresolved(
      members,
      draft.deployments.map((deployment) => deployment.id),
      MESSAGES.unknownDeployment,
    ),
    ...unresolved(
      origins,
      draft.gateways.map((gateway) => gateway.id),
      MESSAGES.unknownGateway,
    ),
  ];
}

function unresolved(
  references: readonly Reference[],
  names: readonly (string | undefined)[],
  message: (known: readonly string[]) => string,
): readonly Issue[] {
  const known = names.filter((name) => name !== undefined);
  // An unreadable name may be the very one that is meant: reported once, where it stands.
  if (known.length < names.length) return [];
  return references.flatMap(({ path, name }) => (name === undefined || known.includes(name) ? [] : [issue(path, message(known), name)]));
}

function resourceIssues(draft: Draft): readonly Issue[] {
  const check = (path: Path, id: string | undefined, type: ResourceType | undefined): readonly Issue[] => {
    const problem = id === undefined || type === undefined ? undefined : armIdProblem(id, type);
    return problem === undefined ? [] : [issue([...path, "resourceId"], problem, id)];
  };
  return [
    ...draft.deployments.flatMap(({ resourceId }, index) => check(["deployments", index], resourceId, RESOURCE_TYPES.deployment)),
    ...draft.gateways.flatMap(({ resourceId }, index) => check(["gateways", index], resourceId, RESOURCE_TYPES.gateway)),
    ...draft.edges.flatMap(({ resourceId, kind }, index) => check(["edges", index], resourceId, kind && RESOURCE_TYPES[kind])),
  ];
}
