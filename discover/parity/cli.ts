import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chooseCredential } from "../cloud.ts";
import { parity } from "./main.ts";

process.exitCode = await parity(process.argv.slice(2), {
  credentialFor: (endpoints) => chooseCredential(process.env, endpoints),
  wait: (seconds) => sleep(seconds * 1000),
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  infra: fileURLToPath(new URL("../../infra", import.meta.url)),
});
