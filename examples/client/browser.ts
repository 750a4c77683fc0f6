/** Opens an address in the browser of the one who sits here. */
import { spawn } from "node:child_process";

/** `rundll32` and not `start`, which would read the address's `&` as commands. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Where there is none, the address that was printed can be opened by hand: that it did not open is no failure. */
export function openInBrowser(url: string): void {
  const [command, ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...args, url], { stdio: "ignore", detached: true });
  child.once("error", () => undefined);
  child.unref();
}
