import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { deliver } from "../../src/bot/delivery.ts";
import { createDirectory } from "../../src/bot/directory.ts";
import { createDirects } from "../../src/bot/directs.ts";
import type { AcknowledgeOutcome, AnswerOutcome, ReviewOutcome } from "../../src/bot/ports.ts";
import { readCarried } from "../../src/bot/views/alert-actions.ts";
import { type Config, parseConfig } from "../../src/config.ts";
import type { Clock } from "../../src/model.ts";
import { acknowledge } from "../../src/pipeline/acknowledge.ts";
import { announce, endIntent } from "../../src/pipeline/announce.ts";
import { answer, mayAnswer } from "../../src/pipeline/ask.ts";
import { makeDigests } from "../../src/pipeline/digest.ts";
import { fallBackDigests } from "../../src/pipeline/digest-fallback.ts";
import { draw } from "../../src/pipeline/draw.ts";
import { escalate } from "../../src/pipeline/escalate.ts";
import { fallBack, type SendMail } from "../../src/pipeline/fallback.ts";
import type { House } from "../../src/pipeline/house.ts";
import { judge } from "../../src/pipeline/judge.ts";
import { reopen, review } from "../../src/pipeline/review.ts";
import { foldEmail } from "../../src/policies/fold-email.ts";
import type { Store } from "../../src/store/database.ts";
import { nextToAttend } from "../../src/store/escalations.ts";
import { createIngest } from "../../src/store/ingest.ts";
import { nextDue } from "../../src/store/lanes.ts";
import { migrateAt } from "../../src/store/migrate.ts";
import { parseWebhook } from "../../src/vault/parse-webhook.ts";
import { type Habits, yamlOf } from "./cast.ts";

/**
 * The product, as the simulation knows it: the only file here that names its functions. One of these is one replica.
 * What throws is a failure of the database; a vault hears 503 then, and a person that something went wrong.
 */
export interface Service {
  /** A delivery whose signature fits. */
  record(delivery: { messageId: string; body: Buffer; signedAt: Date }): Promise<RecordAnswer>;
  /** One turn of each stage: how much was done. */
  judge(): Promise<number>;
  deliver(): Promise<number>;
  /** When the delivery will next have something to do, as far as it knows. */
  nextDue(): Promise<Date | null>;
  /** The other road, when Slack can't be reached; seldom, as the product does. */
  fallBack(): Promise<number>;
  /** When it looks again. */
  nextFallBack(): Promise<Date>;
  /** Who else is to hear of an alert, and who is asked; when there is next something to do. */
  escalate(): Promise<number>;
  nextToAttend(): Promise<Date | null>;
  digest(): Promise<number>;
  nextDigest(): Promise<Date>;
  /** What is done once, at the start. */
  start(): Promise<void>;
  click(click: ButtonClick): Promise<ClickAnswer>;
  /** Whoever was asked about their access says something; with `isAsking`, what the form would be opened for. */
  answer(said: ButtonClick & { text: string; isAsking: boolean }): Promise<AnswerOutcome>;
  announce(announcement: Announced): Promise<AnnounceAnswer>;
  endIntent(end: { by: string; intentId: string; how: "done" | "cancelled" }): Promise<{ isEnded: boolean }>;
}

type RecordAnswer = { kind: "accepted"; accepted: number; duplicates: number } | { kind: "refused" };

interface ButtonClick {
  by: string;
  actionId: string;
  value: string;
  message: { channel: string; ts: string };
}

export type ClickAnswer =
  | { kind: "recorded" }
  | { kind: "already"; by: string; verdict: string }
  /** They are looking into it; or that would hold nothing back. */
  | { kind: "held" }
  | { kind: "not-held"; reason: string }
  | { kind: "refused"; reason: string };

interface Announced {
  by: string;
  purpose: string;
  startsAt: Date | null;
  endsAt: Date;
  vaultId: string | null;
  itemId: string | null;
}

type AnnounceAnswer = { kind: "announced"; intentId: string } | { kind: "refused" };

/** As the product's own. */
const fallbackPauseMs = 15_000;
const lookedAfterAtOnce = 5;

export function createReplica(parts: {
  store: Store;
  clock: Clock;
  client: WebClient;
  log: Logger;
  parallel: number;
  sendMail: SendMail;
  habits: Habits;
}): Service {
  const { store, clock, client, log, parallel } = parts;
  const config = configOf(parts.habits);
  const directory = createDirectory({ client: () => client, db: store.db, foldEmail, clock, log });
  const house: House = { store, config, file: config, clock, log, people: directory };
  const delivery = {
    db: store.db,
    client: () => client,
    clock,
    log,
    draw: (message: Parameters<typeof draw>[1]) => draw(house, message),
    count: () => {},
  };
  const ingest = createIngest({
    pool: store.doorPool,
    clock,
    onTrouble: (error) => log.error({ error }, "not committed"),
  });
  const directs = createDirects(() => client);
  let looksAgainAt = 0;
  let looksAtDigestsAt = new Date(0);
  return {
    fallBack: async () => {
      if (clock.now().getTime() < looksAgainAt) return 0;
      looksAgainAt = clock.now().getTime() + fallbackPauseMs;
      return (await fallBack(house, parts.sendMail)) + (await fallBackDigests(house, directs, parts.sendMail));
    },
    nextFallBack: async () => new Date(looksAgainAt),
    record: async ({ messageId, body, signedAt }) => {
      const content = parseWebhook(body);
      const outcome = await ingest.record({
        source: "webhook",
        messageId,
        secretId: "1",
        signedAt,
        receivedAt: clock.now(),
        body,
        content,
      });
      if (outcome.kind === "unavailable") throw new Error("503");
      return outcome.kind === "recorded" ? { ...outcome, kind: "accepted" } : { kind: "refused" };
    },
    judge: () => judge(house),
    deliver: () => deliver(delivery, parallel),
    nextDue: () => nextDue(store.db),
    escalate: () => escalate(house, directs, lookedAfterAtOnce),
    nextToAttend: () => nextToAttend(store.db),
    digest: async () => {
      if (clock.now() < looksAtDigestsAt) return 0;
      const { made, lookAgainAt } = await makeDigests(house);
      looksAtDigestsAt = lookAgainAt;
      return made;
    },
    nextDigest: async () => looksAtDigestsAt,
    start: async () => void (await directory.refreshAll()),
    click: async ({ by, actionId, value, message }) => {
      const carried = readCarried(value);
      if (!carried) throw new Error(`a button carried ${value}`);
      const about = {
        alertId: carried.alertId,
        revision: carried.revision,
        clicker: await directory.freshUser(by),
        clickerId: by,
        message,
      };
      if (actionId === "on_it") return holdAnswer(await acknowledge(house, about));
      return clickAnswer(
        actionId === "review_expected"
          ? await review(house, { ...about, verdict: "expected", note: null })
          : actionId === "review_suspicious"
            ? await review(house, { ...about, verdict: "suspicious", note: "nobody told me" })
            : await reopen(house, about),
      );
    },
    answer: async ({ by, actionId, value, message, text, isAsking }) => {
      const carried = readCarried(value);
      if (!carried) throw new Error(`a button carried ${value}`);
      const about = { alertId: carried.alertId, revision: carried.revision, by, message };
      if (isAsking) return mayAnswer(house, about);
      const said = actionId === "ask_mine" ? { kind: "mine" as const, text } : { kind: "not-mine" as const };
      return answer(house, { ...about, said });
    },
    announce: async ({ by, ...announcement }) => {
      const user = await directory.knownUser(by);
      if (!user) return { kind: "refused" };
      const outcome = await announce(house, {
        by: user,
        ...announcement,
        mostUses: null,
        ticket: null,
        recurrence: null,
      });
      return outcome.kind === "announced" ? { kind: "announced", intentId: outcome.intent.id } : { kind: "refused" };
    },
    endIntent: async (end) => ({ isEnded: (await endIntent(house, end)).kind === "ended" }),
  };
}

export async function bringUpToDate(databaseUrl: string): Promise<void> {
  await migrateAt(databaseUrl);
}

function clickAnswer(outcome: ReviewOutcome): ClickAnswer {
  switch (outcome.kind) {
    case "recorded":
      return { kind: "recorded" };
    case "already-decided":
      return { kind: "already", by: outcome.by, verdict: outcome.verdict };
    case "refused":
      return { kind: "refused", reason: outcome.reason };
  }
}

function holdAnswer(outcome: AcknowledgeOutcome): ClickAnswer {
  switch (outcome.kind) {
    case "acknowledged":
    case "acknowledged-before":
      return { kind: "held" };
    case "unknown-actor":
    case "more-came":
    case "nothing-to-hold":
      return { kind: "not-held", reason: outcome.kind };
    default:
      return clickAnswer(outcome);
  }
}

const configs = new Map<string, Config>();

function configOf(habits: Habits): Config {
  const yaml = yamlOf(habits);
  const known = configs.get(yaml);
  if (known) return known;
  const reading = parseConfig(yaml, "simulation.yaml");
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  configs.set(yaml, reading.config);
  return reading.config;
}
