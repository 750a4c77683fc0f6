import { app, type HttpRequest } from "@azure/functions";
import { getApp } from "../app/compose.ts";
import { explanationText } from "../domain/explain-text.ts";
import { secured } from "./authorize.ts";
import { json, Problem } from "./problem.ts";
import { requireRegion } from "./runbooks.ts";

app.http("decision", {
  methods: ["GET"],
  route: "regions/{region}/decision",
  ...secured("Reader", async (request) => {
    const failover = await getApp();
    const region = request.params["region"] ?? "";
    requireRegion(failover, region);
    const asText = wantsText(request);
    const explanation = await failover.explain(region);
    if (!asText) return json(explanation);
    return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: explanationText(explanation) };
  }),
});

/** The query outweighs the header: it is what a person can type. */
function wantsText(request: HttpRequest): boolean {
  const format = request.query.get("format");
  if (format === "text" || format === "json") return format === "text";
  if (format !== null) {
    const allowed = `"${format}" is not one of json, text`;
    throw new Problem(400, "invalid-query", allowed, [{ field: "format", message: allowed }]);
  }
  const accepted = (request.headers.get("accept") ?? "").toLowerCase();
  return accepted.includes("text/plain") && !accepted.includes("application/json");
}
