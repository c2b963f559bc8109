import { randomUUID } from "node:crypto";
import { buildService, type Service } from "../../src/app.ts";
import { parseConfig } from "../../src/config.ts";
import { parseSecrets, sign } from "../../src/vault/standard-webhooks.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { readBlocks } from "../support/read-message.ts";
import { watchedLog } from "../support/watched-log.ts";
import { type Oddities, openPlainSlack, type PlainMessage, type PlainSlack } from "./plain-slack.ts";

export type Way = "Socket Mode" | "HTTP";
export const ways: Way[] = ["Socket Mode", "HTTP"];

export const cards = "C0CARDS";
export const dana = "U0DANA";
export const marta = "U0MARTA";
export const people = ["dana", "marta", "juan"].map((name) => ({
  id: `U0${name.toUpperCase()}`,
  email: `${name}@example.com`,
}));

export const signingSecret = "8f742231b10e8888abcd99yyyzzz85a5";
export const botToken = "xoxb-plain";
export const appToken = "xapp-plain";
export const webhookSecret = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
export const yaml = `
timezone: Europe/Madrid
vaults:
  - id: v_cards
    name: Company cards
    channel: ${cards}
    managers: [marta@example.com, juan@example.com]
    hours: Mon-Fri 08:00-19:00
    intent: required
    items: [{ id: i_visa, title: Company Visa }, { id: i_amex, title: Team Amex }]
`;

/** The whole bot on a real database, against a Slack that it has never seen. */
export interface Stage {
  service: Service;
  slack: PlainSlack;
  /** Where the service answers. */
  url: string;
  /** Somebody opens an item; resolves when everything has come of it that will. */
  reveal(name: string, itemId?: string): Promise<void>;
  command(user: string, text: string): Promise<void>;
  click(user: string, label: string, message?: PlainMessage): Promise<void>;
  /** Fills in the newest form; resolves with what Slack was answered. */
  submit(user: string, inputs: Record<string, string>): Promise<unknown>;
  /** Lets everything happen that is due within seconds; for a minute at most, since some of it may come again and again. */
  settle(): Promise<void>;
  later(minutes: number): Promise<void>;
  /** The messages of the channel that hold this, oldest first. */
  shown(words: string): PlainMessage[];
  /** The newest thing that only this person was told, and how. */
  told(user: string): { road: string; words: string } | null;
  close(): Promise<void>;
}

/** Begins on Tuesday 2026-11-24 at 10:00 in Madrid. */
export async function openStage(way: Way, oddities: Oddities = {}): Promise<Stage> {
  const reading = parseConfig(yaml, "stage.yaml");
  if (!reading.ok) throw new Error("the stage's configuration is wrong");
  let instant = Date.parse("2026-11-24T09:00:00Z");
  const clock = { now: () => new Date(instant) };
  const database: FreshDatabase = await freshDatabase();
  const slack = await openPlainSlack({
    botToken,
    appToken,
    signingSecret,
    channels: [cards],
    people,
    now: clock.now,
    ...oddities,
  });
  const watched = watchedLog();
  const service = await buildService({
    config: reading.config,
    databaseUrl: database.url,
    webhookSecrets: parseSecrets([webhookSecret]),
    slack: way === "HTTP" ? { kind: "http", botToken, signingSecret } : { kind: "socket", botToken, appToken },
    slackApiUrl: slack.apiUrl,
    clock,
    log: watched.log,
    neighbour: null,
  });
  const url = `http://127.0.0.1:${await service.open(0, "127.0.0.1")}`;
  if (way === "HTTP") slack.deliverTo(`${url}/slack/events`);
  await service.connect();

  const settle = async () => {
    await service.idle();
    const until = instant + 60_000;
    for (;;) {
      if ((await service.turn()) > 0) continue;
      const due = (await service.nextDue())?.getTime();
      if (due === undefined || due > Math.min(instant + 15_000, until)) return;
      instant = Math.max(due, instant + 1);
    }
  };
  const stage: Stage = {
    service,
    slack,
    url,
    settle,
    reveal: async (name, itemId) => {
      const status = await postSigned(url, name, clock.now(), itemId);
      if (status !== 202) throw new Error(`the door answered ${status}`);
      await settle();
    },
    command: async (user, text) => {
      await slack.command(user, text, cards);
      await settle();
    },
    click: async (user, label, message = newest(stage.shown("Company Visa"))) => {
      await slack.click(user, message, label);
      await settle();
    },
    submit: async (user, inputs) => {
      const { body } = await slack.submit(user, newest(slack.views), inputs);
      await settle();
      return body;
    },
    later: async (minutes) => {
      instant += minutes * 60_000;
      await settle();
    },
    shown: (words) => slack.messages.filter((message) => said(message).includes(words)),
    told: (user) => {
      const answer = slack.told.findLast((one) => one.user === user);
      return answer ? { road: answer.road, words: said(answer) } : null;
    },
    close: async () => {
      await service.close();
      await slack.close();
      await database.drop();
      watched.mustHoldNothingOf([botToken, appToken, signingSecret, webhookSecret]);
    },
  };
  return stage;
}

/** A vault's signed report; the status that it is answered with. */
export async function postSigned(url: string, name: string, now: Date, itemId = "i_visa"): Promise<number> {
  const [secret] = parseSecrets([webhookSecret]);
  if (!secret) throw new Error("there is no secret");
  const id = randomUUID();
  const body = JSON.stringify({
    type: "vault.item.accessed",
    data: {
      id,
      action: "reveal",
      occurred_at: now.toISOString(),
      person: { email: `${name}@example.com` },
      vault: { id: "v_cards" },
      item: { id: itemId },
    },
  });
  const headers = { ...sign(secret, `msg_${id}`, now, Buffer.from(body)), "content-type": "application/json" };
  const response = await fetch(`${url}/webhooks/access`, { method: "POST", body, headers });
  await response.arrayBuffer();
  return response.status;
}

export function said({ text, blocks }: { text: string; blocks: unknown }): string {
  return readBlocks(blocks) || text;
}

export function newest<T>(list: T[]): T {
  const last = list.at(-1);
  if (last === undefined) throw new Error("there is none");
  return last;
}
