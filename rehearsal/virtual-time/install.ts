/** `node --import ./rehearsal/virtual-time/install.ts …` puts the whole process on virtual time before anything else is imported. */
import { installVirtualTime } from "./clock.ts";
import { mulberry32 } from "./mulberry32.ts";

installVirtualTime();
// The SDKs spread their retries by chance: the same drill must wait the same each time.
Math.random = mulberry32(1);
