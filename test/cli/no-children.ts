/** Preloaded into a command: says on standard error whenever that starts another process. */
import { subscribe } from "node:diagnostics_channel";

subscribe("child_process", () => process.stderr.write("A PROCESS WAS STARTED\n"));
