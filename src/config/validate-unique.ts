/** Names that must not stand twice. Azure compares names and ids without regard to case, so this does too. */
import type { Draft } from "./draft.ts";
import { formatPath, show, type Issue, type Path } from "./issues.ts";
import { MESSAGES } from "./messages.ts";

interface Entry {
  readonly path: Path;
  readonly name: string | undefined;
}

type DraftGateway = Draft["gateways"][number];

export function uniquenessIssues(draft: Draft): readonly Issue[] {
  const ids = (list: "deployments" | "gateways" | "edges"): readonly Entry[] => entries([list], draft[list], "id");
  return [
    ...duplicates("region", entries(["regions"], draft.regions, "name")),
    // Observations are kept by the id of what was probed, be it a deployment or a gateway.
    ...duplicates("id", [...ids("deployments"), ...ids("gateways")]),
    ...duplicates("id", ids("edges")),
    ...(["deployments", "gateways", "edges"] as const).flatMap((list) =>
      duplicates("resource", entries([list], draft[list], "resourceId")),
    ),
    ...draft.gateways.flatMap((gateway, index) => gatewayIssues(gateway, ["gateways", index, "pools"])),
    ...draft.edges.flatMap(({ origins }, index) => duplicates("origin", originEntries(origins, ["edges", index, "origins"]))),
  ];
}

function entries<Key extends string>(
  path: Path,
  items: readonly { readonly [key in Key]?: string | undefined }[],
  key: Key,
): readonly Entry[] {
  return items.map((item, index) => ({ path: [...path, index, key], name: item[key] }));
}

function originEntries(origins: Draft["edges"][number]["origins"], path: Path): readonly Entry[] {
  return origins.map(({ group, name }, index) => ({
    path: [...path, index, "name"],
    name: group === undefined || name === undefined ? undefined : `${group}/${name}`,
  }));
}

function duplicates(what: string, all: readonly Entry[]): readonly Issue[] {
  const first = new Map<string, Path>();
  return all.flatMap(({ path, name }) => {
    if (name === undefined) return [];
    const earlier = first.get(name.toLowerCase());
    if (earlier) return [{ path: formatPath(path), message: MESSAGES.duplicate(what, formatPath(earlier)), found: show(name) }];
    first.set(name.toLowerCase(), path);
    return [];
  });
}

function gatewayIssues({ pools }: DraftGateway, path: Path): readonly Issue[] {
  const within = pools.flatMap(({ members }, index) => [
    ...duplicates("backend", entries([...path, index, "members"], members, "backend")),
    ...duplicates("deployment", entries([...path, index, "members"], members, "deployment")),
  ]);
  return [...duplicates("pool", entries(path, pools, "name")), ...within, ...sharedBackendIssues(pools, path)];
}

/** A backend is one address, so it leads to the same deployment in every pool of its gateway, and no pool has its name. */
function sharedBackendIssues(pools: DraftGateway["pools"], path: Path): readonly Issue[] {
  const first = new Map<string, { readonly deployment: string; readonly pool: number; readonly path: Path }>();
  const poolNames = new Set(pools.map(({ name }) => name?.toLowerCase()));
  const members = pools.flatMap((pool, p) =>
    pool.members.map((member, m) => ({ ...member, pool: p, path: [...path, p, "members", m, "backend"] })),
  );
  return members.flatMap(({ backend, deployment, pool, path: here }) => {
    if (backend === undefined || deployment === undefined) return [];
    const key = backend.toLowerCase();
    const found = { path: formatPath(here), found: show(backend) };
    if (poolNames.has(key)) return [{ ...found, message: MESSAGES.backendIsPool }];
    const earlier = first.get(key) ?? { deployment, pool, path: here };
    first.set(key, earlier);
    // Within one pool the second entry is a duplicate already.
    if (earlier.deployment === deployment || earlier.pool === pool) return [];
    return [{ ...found, message: MESSAGES.backendOfTwo(formatPath(earlier.path)) }];
  });
}
