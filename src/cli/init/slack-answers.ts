import { WebClient } from "@slack/web-api";
import { checkAppToken } from "../../bot/check-app-token.ts";
import { checkChannel } from "../../bot/check-channel.ts";
import { checkManagers } from "../../bot/check-managers.ts";
import { type Check, checkToken } from "../../bot/checks.ts";
import { clientOptions } from "../../bot/web-client.ts";
import { misread, type Reading, understood } from "../../config/reading.ts";
import { readSlack } from "../../config/slack-environment.ts";
import { readChannel, readManager } from "../../config/slack-id.ts";
import { createLog } from "../../log.ts";
import type { ManagerRef } from "../../model.ts";
import { plainVault } from "../../policies/plain-vault.ts";
import type { Asker } from "./ask.ts";

/** The answers about which Slack can say whether they are right. What is good but not perfect is said and taken. */
export function slackAnswers(apiUrl: string | null, asker: Asker) {
  const clientWith = (token: string) => new WebClient(token, clientOptions(apiUrl, createLog("silent")));
  let bot: { client: WebClient; home: Awaited<ReturnType<typeof checkToken>>["home"]; name: string } | null = null;
  const asked = () => {
    if (!bot) throw new Error("Slack is asked about channels before there is a token");
    return bot;
  };
  /** The first that is bad decides; the others are said. */
  const judged = <T>(checks: Check[], value: T): Reading<T> => {
    const bad = checks.find(({ verdict }) => verdict === "bad" || verdict === "unknown");
    if (bad) return misread(bad.finding, null, bad.remedy ?? "Try again in a moment.");
    for (const { verdict, what, finding, remedy } of checks) {
      asker.say(
        verdict === "good" ? `  ${what}: ${finding}` : `  Note, ${what}: ${finding}. ${remedy ?? ""}`.trimEnd(),
      );
    }
    return understood(value);
  };

  return {
    botToken: async (token: string): Promise<Reading<string>> => {
      const wrong = mistakeIn("SLACK_BOT_TOKEN", token, apiUrl);
      if (wrong) return wrong;
      const client = clientWith(token);
      const { checks, home, botName } = await checkToken(client);
      bot = { client, home, name: botName };
      // A Slack that can't tell scopes is no reason to stop.
      return judged(
        checks.filter(({ what, verdict }) => what !== "scopes" || verdict !== "unknown"),
        token,
      );
    },
    appToken: async (token: string): Promise<Reading<string>> => {
      const wrong = mistakeIn("SLACK_APP_TOKEN", token, apiUrl);
      if (wrong) return wrong;
      return judged([await checkAppToken(clientWith(token))], token);
    },
    channel: async (text: string, vaultName: string): Promise<Reading<string>> => {
      const reading = readChannel(text);
      if (!reading.ok) return reading;
      const { client, name } = asked();
      return judged([await checkChannel(client, reading.value, [vaultName], name)], reading.value);
    },
    managers: async (
      text: string,
      vault: { id: string; name: string; channel: string },
    ): Promise<Reading<string[]>> => {
      const written = text.split(/[\s,]+/).filter(Boolean);
      const managers: ManagerRef[] = [];
      for (const one of written) {
        const reading = readManager(one);
        if (!reading.ok) return reading;
        managers.push(reading.value);
      }
      const { client, home } = asked();
      return judged(
        await checkManagers(client, [{ ...plainVault({ ...vault, timezone: "UTC" }), managers }], home),
        written,
      );
    },
  };
}

/** Which kind of token it is can be told without asking anybody. */
function mistakeIn(variable: string, token: string, apiUrl: string | null): Reading<never> | null {
  const set = new Map([[variable, token], ...(apiUrl === null ? [] : [["SLACK_API_URL", apiUrl] as const])]);
  const mistake = readSlack(set).mistakes.find((one) => one.variable === variable && one.problem.includes(variable));
  const isAbsence = mistake?.problem.includes("is not set") || mistake?.problem.includes("is set,");
  return mistake && !isAbsence ? misread(mistake.problem, null, mistake.remedy) : null;
}
