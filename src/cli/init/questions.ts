import { randomBytes } from "node:crypto";
import { readHours } from "../../config/hours.ts";
import { misread, readLine, readVaultServiceId, understood } from "../../config/reading.ts";
import { readZone } from "../../config/zone.ts";
import type { Asker } from "./ask.ts";
import { databaseAnswer } from "./database-answer.ts";
import { settle, type Wanted, yesOrNo } from "./settle.ts";
import { slackAnswers } from "./slack-answers.ts";

/** What may be given beforehand; secrets only by the environment, because other users of the machine can read arguments. */
export interface Flags {
  "vault-id"?: string;
  "vault-name"?: string;
  channel?: string;
  managers?: string;
  timezone?: string;
  hours?: string;
}

interface VaultAnswers {
  id: string;
  name: string;
  channel: string;
  managers: string[];
  hours: string;
}

export interface Answers {
  timezone: string;
  vaults: VaultAnswers[];
  /** The variables of the .env file. */
  variables: Record<string, string>;
}

/** Everything that has to be known, each answer checked as it is given: what Slack can say, Slack is asked. */
export async function askAll(
  asker: Asker,
  isAttended: boolean,
  flags: Flags,
  env: NodeJS.ProcessEnv,
): Promise<Answers> {
  const want = <T>(wanted: Wanted<T>) => settle(asker, isAttended, wanted);
  const fromVariable = (name: string) => ({ text: env[name], by: name });
  const slack = slackAnswers(env.SLACK_API_URL?.trim() || null, asker);

  const botToken = await want({
    question: "Bot token (xoxb-…; what you paste isn't shown)",
    given: fromVariable("SLACK_BOT_TOKEN"),
    hidden: true,
    check: slack.botToken,
  });
  const appToken = await want({
    question: "App-level token (xapp-…; isn't shown either)",
    given: fromVariable("SLACK_APP_TOKEN"),
    hidden: true,
    check: slack.appToken,
  });
  asker.say("\nNow the vault that is to be watched. More of them can be added afterwards.");
  const timezone = await want({
    question: "Time zone in which hours are told",
    given: { text: flags.timezone, by: "--timezone" },
    otherwise: Intl.DateTimeFormat().resolvedOptions().timeZone,
    check: readZone,
  });
  const vaults: VaultAnswers[] = [];
  do {
    const first = vaults.length === 0 ? flags : {};
    const id = await want({
      question: "The vault's id, as the vault service reports it (docs/sources says where it stands)",
      given: { text: first["vault-id"], by: "--vault-id" },
      check: (text) =>
        vaults.some((one) => one.id === text)
          ? misread("that vault is among them already", null)
          : readVaultServiceId(text),
    });
    const name = await want({
      question: "What it is called in Slack",
      given: { text: first["vault-name"], by: "--vault-name" },
      otherwise: id,
      check: (text) => readLine(text, 100),
    });
    const channel = await want({
      question: "Id of the channel for its alerts (C…; at the very end of the channel's About)",
      given: { text: first.channel, by: "--channel" },
      check: (text) => slack.channel(text, name),
    });
    const managers = await want({
      question:
        "Its managers: e-mail addresses, with commas between them; two, so that each can judge what the other opens",
      given: { text: first.managers, by: "--managers" },
      check: (text) => slack.managers(text, { id, name, channel }),
    });
    const hours = await want({
      question: "When opening its secrets is ordinary (or: always)",
      given: { text: first.hours, by: "--hours" },
      otherwise: "Mon-Fri 08:00-19:00",
      check: (text) => {
        const reading = readHours(text);
        return reading.ok ? understood(text) : reading;
      },
    });
    vaults.push({ id, name, channel, managers, hours });
  } while (isAttended && (await want({ question: "Another vault? (yes, no)", otherwise: "no", check: yesOrNo })));

  const databaseUrl = await want({
    question: "A PostgreSQL of yours (postgres://…), or none for the one that comes with Vaultbell",
    given: fromVariable("DATABASE_URL"),
    otherwise: "none",
    hidden: true,
    check: databaseAnswer,
  });
  return {
    timezone,
    vaults,
    variables: {
      SLACK_BOT_TOKEN: botToken,
      SLACK_APP_TOKEN: appToken,
      ...(env.SLACK_API_URL?.trim() && { SLACK_API_URL: env.SLACK_API_URL.trim() }),
      ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }),
      WEBHOOK_SECRETS: env.WEBHOOK_SECRETS?.trim() || `whsec_${randomBytes(32).toString("base64")}`,
    },
  };
}
