import type { WebClient } from "@slack/web-api";
import { deliver } from "./bot/delivery.ts";
import type { ReportedAccess } from "./model.ts";
import { draw } from "./pipeline/draw.ts";
import type { House } from "./pipeline/house.ts";
import { judge } from "./pipeline/judge.ts";
import { pointsAreWatched } from "./point.ts";
import { countOpenEnds, pretendAccess, recordGroup, sealed } from "./store/deliveries.ts";
import { backlog } from "./store/lanes.ts";
import { type Passing, rolledBack } from "./store/rolled-back.ts";

/** As many connections as the alerts on their way use at once, mostly. */
const doors = 2;
const stages = 3;
const accessesEach = 5;

/**
 * Goes the whole way from a webhook to Slack a few times, in transactions that are rolled back, with a Slack that says yes to
 * everything: so that the first alert after a start is as quick as every other. What runs for the first time is compiled by then,
 * connections are open, and PostgreSQL has read up on its tables. Where work waits already, that work comes first.
 */
export async function rehearse(house: House): Promise<"rehearsed" | "not needed"> {
  const { db, pool, doorPool } = house.store;
  const isBusy = (await backlog(db)).waiting + (await countOpenEnds(db)).unjudged > 0;
  const [vault] = house.config.vaults;
  if (isBusy || !vault || pointsAreWatched()) return "not needed";
  const access = (n: string): ReportedAccess => ({
    eventId: `rehearsal ${n}`,
    action: "reveal",
    occurredAt: house.clock.now(),
    actor: { vaultIdentity: null, email: `rehearsal-${n}@vaultbell.invalid`, name: null },
    vault: { id: vault.id, name: null },
    item: { id: `rehearsal ${n}`, title: null, version: null, category: null },
    client: { app: null, version: null, platform: null, device: null },
    ip: null,
    location: { country: null, city: null },
  });
  const times = <T>(count: number, work: (n: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, n) => work(n)));
  const some = (n: number) => Array.from({ length: accessesEach }, (_, place) => access(`${n}-${place}`));
  await times(stages, (n) => rolledBack(pool, (passing) => ring(house, passing, some(n))));
  await times(doors, (n) => rolledBack(doorPool, (passing) => takeIn(house, passing, some(n))));
  return "rehearsed";
}

async function takeIn(house: House, { pool }: Passing, accesses: ReportedAccess[]): Promise<void> {
  const now = house.clock.now();
  for (const access of accesses) {
    const delivery = sealed({
      source: "rehearsal",
      messageId: access.eventId,
      secretId: "",
      signedAt: now,
      receivedAt: now,
      body: Buffer.from("{}"),
      content: { kind: "accesses", accesses: [access] },
    });
    await recordGroup(pool, [delivery], now);
  }
}

async function ring(house: House, { db }: Passing, accesses: ReportedAccess[]): Promise<void> {
  const log = house.log.child({}, { level: "silent" });
  const people = { ...house.people, managerIds: async () => [], lookUp: async () => false };
  const rehearsed: House = { ...house, log, people, store: { ...house.store, db } };
  for (const access of accesses) await pretendAccess(db, access, house.clock.now());
  await judge(rehearsed, accesses.length);
  const parts = { db, client: () => yesSlack, clock: house.clock, log, count: () => {} };
  await deliver({ ...parts, draw: (message) => draw(rehearsed, message) }, 1);
}

/** Says yes, and does nothing. */
const yesSlack = {
  chat: {
    postMessage: async () => ({ ok: true, ts: "1700000000.000100" }),
    update: async () => ({ ok: true }),
    delete: async () => ({ ok: true }),
  },
  conversations: {
    history: async () => ({ ok: true, messages: [] }),
    replies: async () => ({ ok: true, messages: [] }),
  },
} as unknown as WebClient;
