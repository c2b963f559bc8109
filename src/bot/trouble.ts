import { WebAPIPlatformError } from "@slack/web-api";
import { readTrouble } from "./slack-error.ts";

/** What is wrong between Slack and us, in a sentence that says how to mend it. For logs, readiness and the start. */
export function sayTrouble(error: unknown, token: "bot token" | "app token"): string {
  if (error instanceof WebAPIPlatformError && /^[a-z_]{1,60}$/.test(error.data.error)) {
    const code = error.data.error;
    return `Slack answers “${code}”: ${remedies(token)[code] ?? `see Slack's list of errors; the ${token} was used`}`;
  }
  const trouble = readTrouble(error);
  if (trouble.kind === "later") return "Slack asks us to wait (ratelimited)";
  if (error instanceof Error && error.name === "Error" && !("code" in error))
    return `Slack can't be reached: ${error.message.slice(0, 200)}`;
  return `Slack can't be reached (${trouble.code.replaceAll(/[^\w-]/g, " ").slice(0, 60)})`;
}

function remedies(token: "bot token" | "app token"): Record<string, string> {
  const variable = token === "bot token" ? "SLACK_BOT_TOKEN (xoxb-…)" : "SLACK_APP_TOKEN (xapp-…)";
  const newToken = `the ${token} is not valid; put a new one into ${variable}`;
  return {
    not_authed: `no ${token} was sent; set ${variable}`,
    invalid_auth: newToken,
    token_expired: newToken,
    token_revoked: `the ${token} was revoked; install the app again and put the new one into ${variable}`,
    account_inactive: "the app was removed from the workspace; install it again",
    user_removed_from_team: "the app was removed from the workspace; install it again",
    team_disabled: "the workspace is disabled",
    not_allowed_token_type: `${variable} holds another kind of token`,
    missing_scope:
      token === "bot token"
        ? "the app lacks a scope; compare its scopes with manifest.json and install it again"
        : "the app token needs the scope connections:write",
    forbidden_team: "Socket Mode is not allowed in this workspace; use HTTP (docs/slack-app.md)",
    too_many_websockets: "too many copies are connected; Slack allows ten",
  };
}
