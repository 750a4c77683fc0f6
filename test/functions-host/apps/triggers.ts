/** Functions of every trigger this host serves, for its own tests. */
import { app } from "@azure/functions";
import * as df from "durable-functions";

app.http("hello", {
  methods: ["GET"],
  authLevel: "anonymous",
  route: "hello/{name}",
  handler: (request) => ({
    jsonBody: { name: request.params["name"], query: request.query.get("q"), host: new URL(request.url).host },
    headers: { "x-hello": "1" },
  }),
});
app.http("helloMe", { methods: ["GET"], authLevel: "anonymous", route: "hello/me", handler: () => ({ body: "literal" }) });
app.http("echo", {
  methods: ["POST"],
  authLevel: "function",
  route: "echo",
  handler: async (request) => ({ status: 201, jsonBody: await request.json() }),
});
app.http("boom", {
  methods: ["GET"],
  authLevel: "anonymous",
  handler: () => {
    throw new Error("boom");
  },
});
app.http("nothing", { methods: ["GET"], authLevel: "anonymous", handler: () => undefined as unknown as object });
app.http("begin", {
  methods: ["POST"],
  authLevel: "anonymous",
  route: "begin/{name}/{id}",
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const instanceId = request.params["id"] ?? "";
    try {
      await client.startNew(request.params["name"] ?? "", { instanceId, input: { by: "http" } });
      return client.createCheckStatusResponse(request, instanceId);
    } catch (error) {
      return { status: 409, body: String(error) };
    }
  },
});

df.app.activity("upper", { handler: (text: string) => text.toUpperCase() });
df.app.activity("launch", {
  extraInputs: [df.input.durableClient()],
  handler: async (instanceId: string, context) => await df.getClient(context).startNew("shout", { instanceId, input: "launched" }),
});
df.app.orchestration("shout", function* (context) {
  return (yield context.df.callActivity("upper", context.df.getInput())) as unknown;
});
df.app.orchestration("launcher", function* (context) {
  return (yield context.df.callActivity("launch", `${context.df.instanceId}-child`)) as unknown;
});
df.app.orchestration("waits", function* (context) {
  return (yield context.df.waitForExternalEvent("go")) as unknown;
});
df.app.orchestration("retries", function* (context) {
  return (yield context.df.callActivityWithRetry("upper", new df.RetryOptions(1000, 2), "x")) as unknown;
});
df.app.orchestration("week", function* (context) {
  yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 7 * 86_400_000));
});
df.app.orchestration("lost", function* (context) {
  return (yield context.df.callActivity("notThere")) as unknown;
});
