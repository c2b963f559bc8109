import type { Check } from "../../bot/checks.ts";
import type { WorkFacts } from "../../store/doctor.ts";
import { good, unknown, warning } from "./say.ts";

const compare = "compare the app with manifest.json (docs/slack-app.md)";

/**
 * What of the app's manifest can be told. Slack tells a bot its scopes, and neither commands nor events nor tabs: what has arrived
 * is there, what hasn't may be missing, and only a Home that Slack doesn't take shows that there is none.
 */
export function lookAtApp({ homes, homeTrouble, hasIntents, hasVaultCommands }: WorkFacts["app"]): Check[] {
  return [homeTab(homes, homeTrouble), commands({ "/intent": hasIntents, "/vault": hasVaultCommands })];
}

function homeTab(homes: number, trouble: string | null): Check {
  const what = "Home tab";
  if (trouble === "not_enabled") {
    const remedy = "Turn it on under App Home, or install the app again from manifest.json.";
    return warning(what, "Slack says that the app has none", remedy);
  }
  if (trouble !== null) {
    return warning(what, `Slack doesn't take somebody's page: ${trouble}`, "It is drawn again when they open it.");
  }
  if (homes > 0) return good(what, "was opened, so the app has it, and the event that tells so");
  return unknown(
    what,
    `nobody opened it yet. Slack doesn't tell a bot whether its app has one, or the event app_home_opened: ${compare}`,
  );
}

function commands(seen: Record<string, boolean>): Check {
  const unseen = Object.keys(seen).filter((name) => !seen[name]);
  if (unseen.length === 0) return good("commands", `${Object.keys(seen).join(" and ")} have been used`);
  return unknown(
    "commands",
    `${unseen.join(" and ")} never arrived yet. Slack doesn't tell a bot which commands its app has: ${compare}`,
  );
}
