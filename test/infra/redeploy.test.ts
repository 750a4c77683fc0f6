/** What a second deployment must not write again, because Azure refuses it. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeCompiled } from "./support/compiler.ts";
import { INFRA } from "./support/files.ts";
import { written, type Placed } from "./support/template.ts";

/** Sub-resources of the private endpoints in a template, and how often each is written. */
function endpoints(template: unknown): readonly string[] {
  const all = written(template).filter(({ resource: { type } }) => type === "Microsoft.Network/privateEndpoints");
  return [
    ...new Set(all.map(({ resource }) => `${groupOf(resource)}: ${"onlyIfNotExists" in (resource["@options"] ?? {}) ? "once" : "always"}`)),
  ].toSorted();
}

function groupOf({ properties }: Placed["resource"]): string {
  return /"groupIds":\["([^"]+)"\]/.exec(JSON.stringify(properties))?.[1] ?? "none";
}

describeCompiled("a redeploy", (compiler) => {
  // "Private endpoint with name … already exists for Api Management service": Azure/bicep#14430.
  it("leaves a gateway's private endpoint alone, which API Management refuses when it exists, and mends the others", async () => {
    const { template } = await compiler.compile(join(INFRA, "main.bicep"));
    expect(endpoints(template)).toEqual(["Gateway: once", "[parameters('groupId')]: always"]);
  });
});
