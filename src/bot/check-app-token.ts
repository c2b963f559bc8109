import type { WebClient } from "@slack/web-api";
import type { Check } from "./checks.ts";
import { readTrouble } from "./slack-error.ts";
import { sayTrouble } from "./trouble.ts";

/** Whether Slack would open a Socket Mode connection for this app token. Opens none. */
export async function checkAppToken(client: WebClient): Promise<Check> {
  const what = "app token";
  try {
    await client.apps.connections.open();
    return { what, verdict: "good", finding: "Slack opens a connection for it", remedy: null };
  } catch (error) {
    const finding = sayTrouble(error, "app token");
    if (readTrouble(error).kind !== "refused") return { what, verdict: "unknown", finding, remedy: null };
    const remedy = "Basic Information, App-Level Tokens: generate one with the scope connections:write.";
    return { what, verdict: "bad", finding, remedy };
  }
}
