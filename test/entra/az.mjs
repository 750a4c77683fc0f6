#!/usr/bin/env node
/** The Azure CLI as far as register.sh speaks to it: a directory in a file, and a journal of what was written. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";

const file = process.env["FAKE_DIRECTORY"];
const directory = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { apps: [], principals: [], assignments: [], written: [] };
const words = process.argv.slice(2);
const option = (name) => words[words.indexOf(`--${name}`) + 1];

function write(what) {
  directory.written.push(what);
  writeFileSync(file, JSON.stringify(directory));
}

function fail(why) {
  console.error(why);
  process.exit(3);
}

const commands = {
  "ad app list"() {
    return directory.apps.filter(({ name }) => option("filter") === `displayName eq '${name}'`).map(({ appId }) => appId);
  },
  "ad app create"() {
    const app = { name: option("display-name"), appId: "app-id", id: "app-object" };
    directory.apps.push(app);
    write("create app");
    return [app.appId];
  },
  "ad app show"() {
    return [directory.apps.find(({ appId }) => appId === option("id"))?.id ?? fail("no such app")];
  },
  "ad sp show"() {
    return [directory.principals.includes(option("id")) ? `sp-of-${option("id")}` : fail("no such principal")];
  },
  "ad sp create"() {
    directory.principals.push(option("id"));
    write(`create principal ${option("id")}`);
    return [`sp-of-${option("id")}`];
  },
  rest() {
    const [method, url] = [option("method"), option("url")];
    if (method === "GET") {
      const asked = /resourceId=='(.+)' && appRoleId=='(.+)'/.exec(option("query"));
      const found = directory.assignments.filter((each) => each.resourceId === asked[1] && each.appRoleId === asked[2]);
      return found.map(() => "assignment");
    }
    const body = JSON.parse(option("body"));
    if (method === "POST") directory.assignments.push(body);
    else
      Object.assign(
        directory.apps.find(({ id }) => url.endsWith(`/applications/${id}`)),
        body,
        { api: { ...directory.apps[0].api, ...body.api } },
      );
    write(`${method} ${url.replace("https://graph.microsoft.com", "")}`);
    return [];
  },
};

const name = Object.keys(commands).find((each) => words.join(" ").startsWith(each)) ?? fail(`unknown: az ${words.join(" ")}`);
const said = commands[name]();
if (said.length > 0 && option("output") !== "none") console.log(said.join("\n"));
