/**
 * Which folder may import which. `LAYERS` is the whole architecture of src/; what a layer does not list, it may not import.
 * test/config/architecture.test.ts shows every rule biting.
 */
const LAYERS = {
  domain: [],
  config: ["domain"],
  orchestrations: ["domain"],
  activities: ["domain", "ports\\.ts", "orchestrations/contracts\\.ts"],
  azure: ["domain", "ports\\.ts"],
  app: ["domain", "ports\\.ts", "config", "activities", "azure"],
  functions: ["domain", "app", "orchestrations"],
};

const layerRules = Object.entries(LAYERS).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  severity: "error",
  from: { path: `^src/${layer}/` },
  to: { path: "^src/", pathNot: [layer, ...allowed].map((target) => `^src/${target}(?:/|$)`) },
}));

const error = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    ...layerRules,
    error(
      "layer-ports",
      "Ports speak the domain's language only.",
      { path: "^src/ports\\.ts$" },
      { path: "^src/", pathNot: "^src/domain/" },
    ),
    error(
      "layer-index",
      "The entry point registers functions and nothing else.",
      { path: "^src/index\\.ts$" },
      { path: "^src/", pathNot: "^src/functions/" },
    ),
    error("domain-is-pure", "The core imports nothing from outside.", { path: "^src/domain/" }, { pathNot: "^src/" }),
    error(
      "orchestrations-are-deterministic",
      "Of the outside an orchestration may know the types of durable-functions.",
      { path: "^src/orchestrations/" },
      { pathNot: ["^src/", "durable-functions"] },
    ),
    error(
      "durable-in-one-file",
      "Only durable.ts knows durable-functions: version 4 renames its members.",
      { path: "^src/orchestrations/", pathNot: "/durable\\.ts$" },
      { path: "durable-functions" },
    ),
    error(
      "azure-sdks-behind-ports",
      "Azure's SDKs stay in the adapters; @azure/functions belongs to functions/.",
      { path: "^src/", pathNot: "^src/azure/" },
      { path: "(?:^|/)@azure/(?!functions(?:/|$))" },
    ),
    error(
      "src-ships-alone",
      "What ships knows nothing of what does not.",
      { path: "^src/" },
      { path: "^(?:rehearsal|bench|discover|examples|test|scripts)/" },
    ),
    error("src-has-no-dev-dependency", "Development packages are not deployed.", { path: "^src/" }, { dependencyTypes: ["npm-dev"] }),
    error(
      "rehearsed-azure-is-independent",
      "The embedded Azure and the traffic model meet the adapters over HTTP only.",
      { path: "^rehearsal/(?:azure|traffic)/" },
      { path: "^src/(?:azure|app|activities|functions)/" },
    ),
    error("no-cycles", "A cycle has no layers.", {}, { circular: true }),
    error("resolvable", "Every import leads somewhere.", {}, { couldNotResolve: true }),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // An import of types is a dependency too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
  },
};
