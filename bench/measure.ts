/** One measurement, as JSON: `rounds`, or `decision <failing regions>`. */
import { measureDecision } from "./decision.ts";
import { measureRounds } from "./round.ts";

const [what, failing] = process.argv.slice(2);
const measured = what === "rounds" ? await measureRounds() : measureDecision(Number(failing));
process.stdout.write(JSON.stringify(measured));
