/** `node --import ./rehearsal/virtual-time/install.ts …` puts the whole process on virtual time before anything else is imported. */
import { installVirtualTime } from "./clock.ts";

installVirtualTime();
