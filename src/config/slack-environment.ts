import type { EnvironmentMistake } from "./environment.ts";

export type SlackEnvironment =
  | { kind: "sandbox" }
  | { kind: "socket"; botToken: string; appToken: string; apiUrl: string | null }
  | { kind: "http"; botToken: string; signingSecret: string; apiUrl: string | null };

interface SlackReading {
  isSandbox: boolean;
  /** `null`: see the mistakes. */
  slack: SlackEnvironment | null;
  mistakes: EnvironmentMistake[];
  notes: string[];
}

/** Which Slack is meant. The stand-in never comes by accident: anything that looks like real use asks for tokens. */
export function readSlack(set: Map<string, string>): SlackReading {
  const because = signsOfRealUse(set);
  if (because.length === 0) return { isSandbox: true, slack: { kind: "sandbox" }, mistakes: [], notes: [] };
  const botToken = set.get("SLACK_BOT_TOKEN");
  const appToken = set.get("SLACK_APP_TOKEN");
  const signingSecret = set.get("SLACK_SIGNING_SECRET");
  const api = readApiUrl(set.get("SLACK_API_URL"));
  const isRealSlack = !set.has("SLACK_API_URL");
  const mistakes = [
    ...(botToken === undefined ? [missingBotToken(because)] : botTokenMistakes(botToken, isRealSlack)),
    ...(appToken === undefined ? [] : appTokenMistakes(appToken, isRealSlack)),
    ...(signingSecret === undefined ? [] : signingSecretMistakes(signingSecret)),
    ...(appToken === undefined && signingSecret === undefined ? [missingWayIn(because)] : []),
    ...api.mistakes,
  ];
  const notes =
    appToken !== undefined && signingSecret !== undefined
      ? ["SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: Socket Mode is used, and the signing secret isn't."]
      : [];
  const slack = mistakes.length > 0 ? null : chosen(botToken, appToken, signingSecret, api.url);
  return { isSandbox: false, slack, mistakes, notes };
}

function chosen(
  botToken: string | undefined,
  appToken: string | undefined,
  signingSecret: string | undefined,
  apiUrl: string | null,
): SlackEnvironment | null {
  if (botToken === undefined) return null;
  if (appToken !== undefined) return { kind: "socket", botToken, appToken, apiUrl };
  return signingSecret === undefined ? null : { kind: "http", botToken, signingSecret, apiUrl };
}

function signsOfRealUse(set: Map<string, string>): string[] {
  const names = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL", "DATABASE_URL"];
  const signs = names.filter((name) => set.has(name)).map((name) => `${name} is set`);
  return set.get("NODE_ENV") === "production" ? [...signs, "NODE_ENV is production"] : signs;
}

function missingBotToken(because: string[]): EnvironmentMistake {
  return {
    variable: "SLACK_BOT_TOKEN",
    problem: `SLACK_BOT_TOKEN is not set, although ${because.join(" and ")}`,
    remedy: `Set it to the Bot User OAuth Token (xoxb-…), under OAuth & Permissions of your Slack app. ${orTheStandIn}`,
  };
}

function missingWayIn(because: string[]): EnvironmentMistake {
  return {
    variable: "SLACK_APP_TOKEN",
    problem: `neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set, although ${because.join(" and ")}`,
    remedy: `Set SLACK_APP_TOKEN (xapp-…, with connections:write) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP; both are under Basic Information of your Slack app. ${orTheStandIn}`,
  };
}

const orTheStandIn =
  "For the stand-in workspace instead, unset the SLACK_ variables and DATABASE_URL, and don't set NODE_ENV=production.";

function botTokenMistakes(token: string, isRealSlack: boolean): EnvironmentMistake[] {
  if (/^(xoxe\.)?xoxb-/.test(token)) return spaced("SLACK_BOT_TOKEN", token);
  const kind = kindOf(token);
  if (kind === null && !isRealSlack) return [];
  return [
    {
      variable: "SLACK_BOT_TOKEN",
      problem: `SLACK_BOT_TOKEN holds ${kind ?? "something that is not a Slack token"}, where a bot token belongs`,
      remedy: kind?.startsWith("an app-level")
        ? "Put that one into SLACK_APP_TOKEN, and the Bot User OAuth Token (xoxb-…) here."
        : "Set it to the Bot User OAuth Token (xoxb-…), under OAuth & Permissions of your Slack app.",
    },
  ];
}

function appTokenMistakes(token: string, isRealSlack: boolean): EnvironmentMistake[] {
  if (token.startsWith("xapp-")) return spaced("SLACK_APP_TOKEN", token);
  const kind = kindOf(token);
  if (kind === null && !isRealSlack) return [];
  return [
    {
      variable: "SLACK_APP_TOKEN",
      problem: `SLACK_APP_TOKEN holds ${kind ?? "something that is not a Slack token"}, where an app-level token belongs`,
      remedy: kind?.startsWith("a bot")
        ? "Put that one into SLACK_BOT_TOKEN, and an app-level token (xapp-…, with connections:write) here."
        : "Set it to an app-level token (xapp-…, with connections:write), under Basic Information of your Slack app.",
    },
  ];
}

function signingSecretMistakes(secret: string): EnvironmentMistake[] {
  const kind = kindOf(secret);
  if (kind === null) return spaced("SLACK_SIGNING_SECRET", secret);
  return [
    {
      variable: "SLACK_SIGNING_SECRET",
      problem: `SLACK_SIGNING_SECRET holds ${kind}, where the signing secret belongs`,
      remedy: "Set it to the Signing Secret, under Basic Information of your Slack app.",
    },
  ];
}

function spaced(variable: string, value: string): EnvironmentMistake[] {
  if (/^[\x21-\x7e]+$/.test(value)) return [];
  return [
    {
      variable,
      problem: `${variable} has spaces or other unusual characters in it`,
      remedy: "Copy it again, and set it without anything around it.",
    },
  ];
}

/** Slack's kinds of tokens by their prefix, so that a mix-up can be named without showing the token. */
function kindOf(token: string): string | null {
  return kinds.find(([prefix]) => token.startsWith(prefix))?.[1] ?? null;
}

const kinds = [
  ["xoxb-", "a bot token (xoxb-)"],
  ["xoxe.xoxb-", "a bot token (xoxe.xoxb-)"],
  ["xapp-", "an app-level token (xapp-)"],
  ["xoxp-", "a user token (xoxp-)"],
  ["xoxe.xoxp-", "a user token (xoxe.xoxp-)"],
  ["xoxe-", "a refresh token (xoxe-)"],
  ["xoxc-", "a browser session's token (xoxc-)"],
  ["xoxd-", "a browser session's cookie (xoxd-)"],
  ["xoxs-", "a session token (xoxs-)"],
  ["xoxa-", "a workspace token (xoxa-)"],
  ["xoxr-", "a refresh token (xoxr-)"],
  ["xwfp-", "a workflow token (xwfp-)"],
  ["whsec_", "a webhook secret (whsec_)"],
  ["https://hooks.slack.com/", "an incoming webhook's address"],
] as const;

function readApiUrl(url: string | undefined): { url: string | null; mistakes: EnvironmentMistake[] } {
  if (url === undefined) return { url: null, mistakes: [] };
  // Method names are appended to it, so that it has to end with a slash.
  if (/^https?:\/\/[^?#]+$/.test(url) && URL.canParse(url)) return { url: url.replace(/\/*$/, "/"), mistakes: [] };
  return {
    url: null,
    mistakes: [
      {
        variable: "SLACK_API_URL",
        problem: "SLACK_API_URL is not the address of a Slack API",
        remedy: "Write it as in https://slack.com/api/, or unset it for Slack itself.",
      },
    ],
  };
}
