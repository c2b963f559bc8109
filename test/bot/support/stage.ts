import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Logger, pino } from "pino";
import type { AnnounceOutcome, BotPorts, EndOutcome, ReviewOutcome } from "../../../src/bot/ports.ts";
import { SCOPES } from "../../../src/bot/scopes.ts";
import { connectSlack, type SlackConnection } from "../../../src/bot/slack.ts";
import { toSlackUser } from "../../../src/bot/slack-user.ts";
import { alertMessage } from "../../../src/bot/views/alert.ts";
import type { Alert, Intent, SlackUser, WatchedVault } from "../../../src/model.ts";
import { demoWorkspace } from "../../../src/sandbox/demo.ts";
import { createSandbox, movableClock, type Sandbox, type SandboxMessage } from "../../../src/sandbox/sandbox.ts";
import { anAlert, anIntent, aPerson, aVault } from "../builders.ts";

export const tokens = { bot: "xoxb-stage-bot", app: "xapp-stage-app", signingSecret: "stage-signing-secret" };
/** A Tuesday, 10:20 in Madrid. */
export const tuesday = new Date("2026-11-24T09:20:00Z");
export const cards = "C0CARDS";

/** Slack's door on the stand-in workspace, with a house behind it that only remembers what it was asked. */
export interface Stage {
  sandbox: Sandbox;
  slack: SlackConnection;
  apiUrl: string;
  house: FakeHouse;
  /** What the log said, one line an event. */
  logged: string[];
  /** Posts the alert's message as the bot would, and says where it is. */
  postAlert(): Promise<{ channel: string; ts: string }>;
  /** Waits until everything that people did was dealt with. */
  settle(): Promise<void>;
  /** The newest message that only this person sees, as one text. */
  told(user: string): string;
  toldCount(user: string): number;
  stop(): Promise<void>;
}

/** What the house answers, to be set by a test, and what it was asked. */
interface FakeHouse {
  alert: Alert;
  vault: WatchedVault;
  asked: { port: keyof BotPorts; with: unknown }[];
  review: (click: unknown) => Promise<ReviewOutcome>;
  reopen: () => Promise<ReviewOutcome>;
  mayReview: (() => Promise<ReviewOutcome>) | null;
  announce: ((intent: Intent) => Promise<AnnounceOutcome>) | null;
  endIntent: () => Promise<EndOutcome>;
  intents: Intent[];
}

export async function openStage(kind: "socket" | "http"): Promise<Stage> {
  const demo = demoWorkspace();
  const clock = movableClock({ startAt: tuesday, frozen: true });
  let listener: SlackConnection["requestListener"] = null;
  const door: Server = createServer((request, response) => listener?.(request, response));
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const doorUrl = `http://127.0.0.1:${(door.address() as AddressInfo).port}/slack/events`;
  const sandbox = createSandbox({
    ...demo,
    tokens,
    scopes: Object.keys(SCOPES),
    clock,
    pace: false,
    deliver: kind === "http" ? { kind: "http", url: doorUrl } : { kind: "socket" },
  });
  const { apiUrl } = await sandbox.listen();
  const logged: string[] = [];
  const log = lines(logged);
  const house = fakeHouse();
  const slack: SlackConnection = connectSlack({
    slack:
      kind === "http"
        ? { kind, botToken: tokens.bot, signingSecret: tokens.signingSecret }
        : { kind, botToken: tokens.bot, appToken: tokens.app },
    apiUrl,
    ports: portsOf(house, () => clock.now()),
    directory: asked(() => slack),
    homes: { open: async () => {}, refresh: async () => {} },
    log,
    firstPauseMs: 20,
  });
  listener = slack.requestListener;
  await slack.start();
  return {
    sandbox,
    slack,
    apiUrl,
    house,
    logged,
    postAlert: async () => {
      const view = {
        vault: house.vault,
        standing: { kind: "open" as const },
        now: clock.now(),
        managers: [],
        undoUntil: null,
      };
      const { text, blocks } = alertMessage(house.alert, view);
      const { ts } = await slack.client.chat.postMessage({ channel: cards, text, blocks });
      return { channel: cards, ts: ts ?? "" };
    },
    settle: () => slack.idle(),
    told: (user) => textOf(sandbox.workspace.ephemerals(user).at(-1)),
    toldCount: (user) => sandbox.workspace.ephemerals(user).length,
    stop: async () => {
      await slack.stop();
      await sandbox.close();
      door.closeAllConnections();
      await new Promise((resolve) => door.close(resolve));
    },
  };
}

export function lines(logged: string[]): Logger {
  return pino({ level: "debug" }, { write: (line: string) => void logged.push(line) });
}

/** Every word of a message's blocks, in order. */
function textOf(message: SandboxMessage | undefined): string {
  const words: string[] = [];
  const collect = (part: unknown): void => {
    if (Array.isArray(part)) {
      for (const one of part) collect(one);
      return;
    }
    if (typeof part !== "object" || part === null) return;
    const { text, user_id, elements } = part as Record<string, unknown>;
    if (typeof text === "string") words.push(text);
    else collect(text);
    if (typeof user_id === "string") words.push(`<@${user_id}>`);
    collect(elements);
  };
  collect(message?.blocks);
  return words.length > 0 ? words.join("") : (message?.text ?? "");
}

function fakeHouse(): FakeHouse {
  const vault = aVault({ items: [{ id: "i_visa", title: "Company Visa", isSensitive: true, hint: null }] });
  const alert = anAlert();
  return {
    alert,
    vault,
    asked: [],
    review: async () => ({ kind: "recorded", alert, vault, coversAll: true }),
    reopen: async () => ({ kind: "recorded", alert, vault, coversAll: true }),
    mayReview: null,
    announce: null,
    endIntent: async () => ({ kind: "none" }),
    intents: [],
  };
}

function portsOf(house: FakeHouse, now: () => Date): BotPorts {
  const note = (port: keyof BotPorts, asking: unknown) => void house.asked.push({ port, with: asking });
  return {
    review: (click) => {
      note("review", click);
      return house.review(click);
    },
    reopen: (click) => {
      note("reopen", click);
      return house.reopen();
    },
    acknowledge: async (click) => {
      note("acknowledge", click);
      return { kind: "acknowledged" };
    },
    mayReview: async (click) => {
      note("mayReview", click);
      return house.mayReview ? house.mayReview() : { kind: "may", alert: house.alert, vault: house.vault };
    },
    answer: async (click) => {
      note("answer", click);
      return { kind: "noted", said: click.said.kind };
    },
    mayAnswer: async (click) => {
      note("mayAnswer", click);
      return { kind: "may" };
    },
    beginLeaving: async (asked) => {
      note("beginLeaving", asked);
      return { kind: "unknown", what: "person" };
    },
    endLeaving: async (click) => {
      note("endLeaving", click);
      return { kind: "ended" };
    },
    tickLeaver: async (click) => {
      note("tickLeaver", click);
      return { kind: "ticked" };
    },
    intentRefused: async (refused) => note("intentRefused", refused),
    actNotUnderstood: async (act) => note("actNotUnderstood", act),
    ask: async (asked) => {
      note("ask", asked);
      return { kind: "unknown", what: "item", coverage: [] };
    },
    previewSnooze: async (draft) => {
      note("previewSnooze", draft);
      return { kind: "preview", draft, vault: house.vault, preview: { of: 0, hidden: 0, critical: 0, examples: [] } };
    },
    snooze: async (draft) => {
      note("snooze", draft);
      return { kind: "over", vault: house.vault };
    },
    endSnooze: async (click) => {
      note("endSnooze", click);
      return { kind: "ended", vault: house.vault };
    },
    snoozes: async () => [],
    digestSoFar: async (asking) => {
      note("digestSoFar", asking);
      return { kind: "refused", reason: "not-a-manager" };
    },
    digestRead: async (click) => {
      note("digestRead", click);
      return { kind: "noted" };
    },
    openSettings: async () => ({ kind: "page", vault: house.vault, seen: "0", shown: [] }),
    checkSettings: async () => null,
    proposeSettings: async (draft) => {
      note("proposeSettings", draft);
      return { kind: "changed", vault: house.vault };
    },
    answerSettings: async (click) => {
      note("answerSettings", click);
      return { kind: "confirmed", vault: house.vault };
    },
    tick: async (click) => {
      note("tick", click);
      return { kind: "recorded", alert: house.alert, vault: house.vault, coversAll: true };
    },
    resolve: async (click) => {
      note("resolve", click);
      return { kind: "recorded", alert: house.alert, vault: house.vault, coversAll: true };
    },
    mayResolve: async (click) => {
      note("mayResolve", click);
      return { kind: "may", alert: house.alert, vault: house.vault, others: [] };
    },
    reviewFlood: async (click) => {
      note("reviewFlood", click);
      return { counted: 1, own: 0, decidedBefore: 0, refused: null };
    },
    mayReviewFlood: async (click) => {
      note("mayReviewFlood", click);
      return { counted: 1, own: 0, decidedBefore: 0, refused: null };
    },
    showOneByOne: async (floodId, by) => {
      note("showOneByOne", { floodId, by });
      return 1;
    },
    readAlert: async (id) => (id === house.alert.id ? { alert: house.alert, vault: house.vault } : null),
    announce: async (announcement) => {
      note("announce", announcement);
      const { by, purpose, endsAt, vaultId, itemId } = announcement;
      const startsAt = announcement.startsAt ?? now();
      const intent = anIntent({ slackUserId: by.id, purpose, announcedAt: now(), startsAt, endsAt, vaultId, itemId });
      if (house.announce) return house.announce(intent);
      return {
        kind: "announced",
        intent,
        person: aPerson(),
        saysNothing: null,
        channels: [house.vault.channel],
        hint: null,
      };
    },
    endIntent: (request) => {
      note("endIntent", request);
      return house.endIntent();
    },
    listIntents: async () => house.intents,
    recentIntents: async () => [],
    answerUnused: async () => ({ kind: "refused", reason: "no-such-question" }),
    answerRecurring: async () => ({ kind: "over" }),
    announceAgain: async () => ({ kind: "refused", sentence: "nothing was announced before" }),
    vaults: () => [house.vault],
    now,
    settings: { intentDefaultMinutes: 60, intentMaximumMinutes: 24 * 60, timezone: "UTC" },
  };
}

/** Asks Slack each time and remembers nothing. */
function asked(slack: () => SlackConnection) {
  const ask = async (id: string): Promise<SlackUser | null> => {
    try {
      const { user } = await slack().client.users.info({ user: id });
      return toSlackUser(user, { teamId: "T0SANDBOX", enterpriseId: null });
    } catch {
      return null;
    }
  };
  return { freshUser: ask, knownUser: ask };
}
