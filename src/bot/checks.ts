import type { WebClient } from "@slack/web-api";
import type { WatchedVault } from "../model.ts";
import { checkChannel } from "./check-channel.ts";
import { checkManagers } from "./check-managers.ts";
import { SCOPES } from "./scopes.ts";
import { readTrouble } from "./slack-error.ts";
import type { HomeTeam } from "./slack-user.ts";
import { sayTrouble } from "./trouble.ts";

/** One thing that was looked at, and how to mend it if it isn't good. */
export interface Check {
  what: string;
  /** "unknown": Slack could not say, which is no error of the configuration. */
  verdict: "good" | "warning" | "bad" | "unknown";
  finding: string;
  remedy: string | null;
}

export interface SlackChecks {
  client: WebClient;
  vaults: WatchedVault[];
  /** Where alerts go whose own channel is closed to us; `null` or absent: nowhere. */
  fallbackChannel?: string | null;
}

/**
 * Looks at the token, its scopes, every vault's channel and every manager. Changes nothing, posts nothing, never throws
 * for anything that Slack says.
 */
export async function checkSlack({ client, vaults, fallbackChannel }: SlackChecks): Promise<Check[]> {
  const { checks, home, botName, isAnswered } = await checkToken(client);
  // Without a token that works, or a Slack that answers, the rest would repeat the same sentence, and wait for it each time.
  if (!isAnswered || checks.some(({ verdict }) => verdict === "bad")) return checks;
  const channels = byChannel(vaults);
  if (fallbackChannel) channels.set(fallbackChannel, [...(channels.get(fallbackChannel) ?? []), "fallback"]);
  for (const [channel, names] of channels) checks.push(await checkChannel(client, channel, names, botName));
  checks.push(...(await checkManagers(client, vaults, home)));
  return checks;
}

export interface TokenChecks {
  checks: Check[];
  home: HomeTeam;
  botName: string;
  /** Slack can be asked more. */
  isAnswered: boolean;
}

/** Whether Slack takes the bot token, whose it is, and what it may do. */
export async function checkToken(client: WebClient): Promise<TokenChecks> {
  const what = "bot token";
  let home: HomeTeam = { teamId: null, enterpriseId: null };
  try {
    const answer = await client.auth.test();
    home = { teamId: answer.team_id ?? null, enterpriseId: answer.enterprise_id ?? null };
    const botName = answer.user ?? "vaultbell";
    const finding = `valid: @${botName} in ${answer.team ?? "a workspace that has no name"}`;
    const token: Check = { what, verdict: "good", finding, remedy: null };
    return { checks: [token, checkScopes(answer.response_metadata?.scopes)], home, botName, isAnswered: true };
  } catch (error) {
    const trouble = readTrouble(error);
    const check: Check =
      trouble.code === "unknown_method"
        ? {
            what,
            verdict: "unknown",
            finding: "this Slack API has no auth.test, so the token wasn't checked",
            remedy: null,
          }
        : {
            what,
            verdict: trouble.kind === "refused" ? "bad" : "unknown",
            finding: sayTrouble(error, "bot token"),
            remedy:
              trouble.kind === "refused" ? "Mend the token, then start again." : "Vaultbell keeps trying by itself.",
          };
    return { checks: [check], home, botName: "vaultbell", isAnswered: trouble.code === "unknown_method" };
  }
}

function checkScopes(granted: string[] | undefined): Check {
  const what = "scopes";
  if (!granted?.some((scope) => scope !== "")) {
    return { what, verdict: "unknown", finding: "this Slack API doesn't say which scopes the token has", remedy: null };
  }
  const missing = Object.entries(SCOPES).filter(([scope]) => !granted.includes(scope));
  if (missing.length === 0) return { what, verdict: "good", finding: "all that are needed are granted", remedy: null };
  const isComplete = missing.every(([scope]) => doneWithout.has(scope));
  return {
    what,
    verdict: isComplete ? "warning" : "bad",
    finding: `missing: ${missing.map(([scope, why]) => `${scope} (${why})`).join("; ")}`,
    remedy: "Add them under OAuth & Permissions (manifest.json has the list), then install the app again.",
  };
}

/** Without these something nice is missing, and nothing that matters. */
const doneWithout = new Set(["files:write"]);

function byChannel(vaults: WatchedVault[]): Map<string, string[]> {
  const channels = new Map<string, string[]>();
  const add = (channel: string, name: string) => channels.set(channel, [...(channels.get(channel) ?? []), name]);
  for (const { channel, name } of vaults) add(channel, name);
  for (const { name, followUp } of vaults) {
    for (const { to } of followUp.steps) if (to.kind === "channel") add(to.id, `escalations of ${name}`);
    const isEscalatedTo = followUp.steps.some(({ to }) => to.kind === "channel" && to.id === followUp.security);
    if (followUp.security !== null && !isEscalatedTo) add(followUp.security, `what is suspicious in ${name}`);
  }
  return channels;
}
