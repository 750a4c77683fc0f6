/** Imports the app at the given path as a worker would and prints what it registered. */
import { pathToFileURL } from "node:url";
import { collectRegistrations } from "../../rehearsal/functions-host/core-module.ts";

const { functions } = await collectRegistrations(() => import(pathToFileURL(process.argv[2] ?? "").href));
console.log(JSON.stringify(functions.map(({ name, bindings }) => ({ name, bindings }))));
