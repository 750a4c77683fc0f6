/**
 * Names of the rehearsed hosts. Each host of the estate has one of its own, so that a name that does not resolve and a certificate that
 * does not hold are met by the app's real HTTP client. The process of the app asks here before it asks the real resolver.
 */
import { createHash } from "node:crypto";
import dns, { type LookupAddress, type LookupOptions } from "node:dns";
import { syncBuiltinESMExports } from "node:module";

/** Reserved for tests (RFC 2606): nobody else answers for it. */
export const NAMES_DOMAIN = "rehearsal.test";
const LOOPBACK = "127.0.0.1";
/** Of a label (RFC 1035). */
const LABEL_LENGTH = 63;

/** `undefined`: not ours, ask the real resolver. */
export type NameAnswer = "loopback" | "notFound" | undefined;

/** `foundry-contoso-eastus2-openai-azure-com.rehearsal.test` */
export function rehearsedName(host: string): string {
  const label = host.toLowerCase().replaceAll(/[^a-z0-9]/g, "-");
  const hash = createHash("sha256").update(host).digest("hex").slice(0, 8);
  return `${label.length <= LABEL_LENGTH ? label : `${label.slice(0, LABEL_LENGTH - 9)}-${hash}`}.${NAMES_DOMAIN}`;
}

type Callback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;
type Lookup = (name: string, options: LookupOptions | number | Callback, callback?: Callback) => void;

/** From now on `dns.lookup` of this process, which `net`, `tls` and `fetch` use, asks `answer` first. Call what is returned to undo it. */
export function installNames(answer: (name: string) => NameAnswer): () => void {
  const real = dns.lookup;
  const lookup: Lookup = (name, options, callback) => {
    const found = answer(name.toLowerCase());
    if (found === undefined) return void Reflect.apply(real, dns, callback ? [name, options, callback] : [name, options]);
    const tell = typeof options === "function" ? options : callback;
    const all = typeof options === "object" && options.all === true;
    process.nextTick(() => {
      if (found === "notFound") tell?.(notFound(name), "");
      else if (all) tell?.(null, [{ address: LOOPBACK, family: 4 }]);
      else tell?.(null, LOOPBACK, 4);
    });
  };
  Object.assign(dns, { lookup });
  syncBuiltinESMExports();
  return () => {
    Object.assign(dns, { lookup: real });
    syncBuiltinESMExports();
  };
}

/** As the real resolver's. */
function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
    errno: -3008,
    code: "ENOTFOUND",
    syscall: "getaddrinfo",
    hostname,
  });
}
