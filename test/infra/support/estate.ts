import { formatIssues } from "../../../src/config/issues.ts";
import { parseEstate } from "../../../src/config/load.ts";
import type { Estate } from "../../../src/domain/estate.ts";
import type { Platform } from "./platform.ts";

/** The estate that a deployment outputs, as the app reads it. Throws with the app's own words. */
export function loadedEstate({ outputs }: Pick<Platform, "outputs">): Estate {
  const loaded = parseEstate(JSON.stringify(outputs["estate"]));
  if (!loaded.ok) throw new Error(formatIssues(loaded.issues, "the output estate"));
  return loaded.estate;
}
