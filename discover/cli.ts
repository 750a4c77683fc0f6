import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { chooseCredential } from "./cloud.ts";
import { discover } from "./main.ts";

process.exitCode = await discover(process.argv.slice(2), {
  credentialFor: (endpoints) => chooseCredential(process.env, endpoints),
  wait: (seconds) => sleep(seconds * 1000),
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  schemaFile: fileURLToPath(new URL("../schemas/estate.schema.json", import.meta.url)),
});
