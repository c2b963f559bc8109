import type { Directs } from "../bot/directs.ts";
import { digestMail } from "../bot/views/outage-mail.ts";
import type { WatchedVault } from "../model.ts";
import { vaultsOfChannel } from "../policies/digest-channels.ts";
import { outsider } from "../policies/eligibility.ts";
import { inTransaction } from "../store/database.ts";
import { lockDigests } from "../store/digests.ts";
import { urgency, wantAll } from "../store/messages.ts";
import { closedDigests, digestsToldOf, lockDigestMails, unshownDigests } from "../store/outages.ts";
import { slackUsersById } from "../store/people.ts";
import { seal, wake } from "../store/record.ts";
import { messagesOfDigest } from "./digest.ts";
import { around } from "./draw.ts";
import { digestInWords } from "./draw-digest.ts";
import { closedAfterMs, type SendMail, tell } from "./fallback.ts";
import type { House } from "./house.ts";
import { usersOf } from "./who-may-judge.ts";

/** A week can wait an hour for whoever is mending Slack. */
const mailAfterMs = 60 * 60_000;
/** A mail server that didn't take it is asked again so much later. */
const mailAgainAfterMs = 10 * 60_000;
/** The next one is made by then, and tells what waits. */
const worthItMs = 7 * 24 * 60 * 60_000;
const peopleAtMost = 10;

/**
 * A digest whose channel is closed goes to the leads in private where no other channel is named; what no message has shown for an hour
 * is told by e-mail. Each once. Returns how many were.
 */
export async function fallBackDigests(house: House, directs: Directs, sendMail: SendMail | null): Promise<number> {
  const shown = house.config.fallback.channel === null ? await showInPrivate(house, directs) : 0;
  return shown + (await tellByMail(house, sendMail));
}

async function showInPrivate(house: House, directs: Directs): Promise<number> {
  const { db } = house.store;
  const between = waitedFor(house, closedAfterMs);
  let shown = 0;
  for (const { digestId, channel } of await closedDigests(db, between)) {
    const channels: string[] = [];
    for (const id of await leadsOf(house, channel)) {
      const direct = await directs.channelWith(id);
      if (direct !== null) channels.push(direct);
    }
    if (channels.length === 0) continue;
    shown += await inTransaction(db, async (tx) => {
      await lockDigests(tx, channel, []);
      if (!(await closedDigests(tx, between)).some((one) => one.digestId === digestId)) return 0;
      const now = house.clock.now();
      const about = { kind: "digest" as const, urgency: urgency.note, at: now };
      await wantAll(
        tx,
        channels.flatMap((direct) =>
          messagesOfDigest(digestId).map((subject) => ({ ...about, subject, channel: direct })),
        ),
      );
      const payload = { digest: digestId, closed: channel, channels };
      await seal(tx, now, [{ kind: "digest shown in private", payload }]);
      await wake(tx);
      return 1;
    });
  }
  return shown;
}

/** Slack ids of those who answer for all vaults; without any, of those who manage each vault of the channel. */
async function leadsOf(house: House, channel: string): Promise<string[]> {
  const vaults = vaultsOfChannel(house.config, channel);
  const [first] = house.config.vaults;
  const atTheTop = first ? await usersOf(house, first, house.config.managers) : [];
  const ids = atTheTop.length > 0 ? atTheTop : await managersOfAll(house, vaults);
  const known = await slackUsersById(house.store.db, ids);
  const homeTeamId = house.people.homeTeamId();
  return ids.filter((id) => outsider(known.get(id) ?? null, homeTeamId) === null).slice(0, peopleAtMost);
}

async function managersOfAll(house: House, vaults: WatchedVault[]): Promise<string[]> {
  const each = await Promise.all(vaults.map((vault) => house.people.managerIds(vault)));
  return (each[0] ?? []).filter((id) => each.every((ids) => ids.includes(id)));
}

/** When this process is to try again. */
const refusedUntil = new WeakMap<House, number>();

async function tellByMail(house: House, sendMail: SendMail | null): Promise<number> {
  if (sendMail === null || house.config.fallback.emails.length === 0) return 0;
  const now = house.clock.now().getTime();
  if (now < (refusedUntil.get(house) ?? 0)) return 0;
  const between = waitedFor(house, mailAfterMs);
  if ((await unshownDigests(house.store.db, between)).length === 0) return 0;
  return inTransaction(house.store.db, async (tx) => {
    if (!(await lockDigestMails(tx))) return 0;
    const unshown = await unshownDigests(tx, between);
    const ids = unshown.map(({ digestId }) => digestId);
    if (ids.length === 0) return 0;
    const inWords = ids.map((digestId) => digestInWords(house, digestId, around(house)));
    const digests = (await Promise.all(inWords)).map((words, place) => ({
      words,
      trouble: unshown[place]?.trouble ?? "",
    }));
    if (!(await tell(house, sendMail, digestMail(digests), { about: "digests", digests: ids }))) {
      refusedUntil.set(house, now + mailAgainAfterMs);
      return 0;
    }
    await digestsToldOf(tx, ids);
    return ids.length;
  });
}

function waitedFor(house: House, ms: number): { since: Date; before: Date } {
  const now = house.clock.now().getTime();
  return { since: new Date(now - worthItMs), before: new Date(now - ms) };
}
