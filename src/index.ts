/** Registers all functions (package.json "main"). */
import "./functions/alerts.ts";
import "./functions/approvals.ts";
import "./functions/breaker-events.ts";
import "./functions/decision.ts";
import "./functions/orchestrations.ts";
import "./functions/reading.ts";
import "./functions/runbooks.ts";
import "./functions/switches.ts";
import "./functions/timers.ts";
