import { chainHash } from "../support/chain-hash.ts";
import { differences } from "../support/differences.ts";
import { alertsOf, saysDecided } from "./clicker.ts";
import { ask } from "./fsync-server.ts";
import type { House } from "./house.ts";
import type { SentAccess } from "./vault.ts";

/** What went wrong, by Slack's and the vault's own books; nothing but zeros is right. */
export interface Wrongs {
  /** Acknowledged, and in no message. */
  lost: string[];
  /** In two messages that people see. */
  twice: string[];
  /** Acknowledged, and its bytes are not in the database. */
  notStored: string[];
  /** An alert said that it was decided, and no verdict is recorded. */
  verdictsLost: string[];
  /** Two verdicts on one revision of one alert. */
  verdictsTwice: string[];
  /** What was asked for again after it was recorded, or never; what the database remembers isn't where the reading ended. */
  misread: string[];
  /** Entries of the record whose hash doesn't follow from the one before. */
  brokenChain: string[];
  /** What `audit verify` says of the tables. */
  differing: string[];
}

export const nothingWrong: Wrongs = {
  lost: [],
  twice: [],
  notStored: [],
  verdictsLost: [],
  verdictsTwice: [],
  misread: [],
  brokenChain: [],
  differing: [],
};

export async function countWrongs(house: House, databaseUrl: string): Promise<Wrongs> {
  const shown = alertsOf(house).map(({ channel, ts, metadata }) => {
    const versions = house.slack.workspace.history({ channel, ts });
    return {
      channel,
      ts,
      subject: subjectOf(metadata),
      written: JSON.stringify(versions),
      sumsUp: /and \d+ more, in Details/.test(JSON.stringify(versions.at(-1))),
      saidDecided: versions.some(({ blocks }) => saysDecided(blocks)),
    };
  });
  const acknowledged = house.vault.deliveries.filter(({ acknowledgedAt }) => acknowledgedAt !== null);
  // A long sitting's message names eight items and says how many more there are: which sitting that is, the tables say.
  const summedUp = new Map(
    (
      await ask<{ event_id: string; ts: string | null }>(
        databaseUrl,
        `select access.event_id, message.ts from access join alert_access on alert_access.access_id = access.id
           join message on message.kind = 'alert' and message.subject = alert_access.alert_id`,
      )
    ).map(({ event_id, ts }) => [event_id, ts]),
  );
  const tells = (message: (typeof shown)[number], { eventId, title, channel }: SentAccess) =>
    message.channel === channel &&
    (message.written.includes(title) || (message.sumsUp && message.ts === summedUp.get(eventId)));
  const { rung, learnt } = await polledIn(house, databaseUrl);
  const rings = shown.filter((message) => learnt.some((access) => tells(message, access)));
  const howOften = [...acknowledged.flatMap(({ accesses }) => accesses), ...rung].map((access) => {
    const telling = shown.filter((message) => tells(message, access));
    // That somebody opens very many is a finding of its own, with a message beside the alerts that it is about.
    const alerts = telling.filter(({ subject }) => !subject.startsWith("flood:"));
    return { title: access.title, times: Math.max(Math.min(telling.length, 1), alerts.length) };
  });
  const subjects = shown.map(({ subject }) => subject);
  const copies = subjects.filter((subject, n) => subjects.indexOf(subject) !== n);
  const bodies = new Set(
    (await ask<{ body: Buffer }>(databaseUrl, "select body from delivery")).map(({ body }) => body.toString("hex")),
  );
  const reviewed = new Set(
    (
      await ask<{ ts: string | null }>(
        databaseUrl,
        "select message.ts from review join message on message.kind = 'alert' and message.subject = review.alert_id",
      )
    ).map(({ ts }) => ts),
  );
  const twiceDecided = await ask<{ alert_id: string }>(
    databaseUrl,
    "select alert_id from review group by alert_id, revision having count(*) > 1",
  );
  return {
    lost: howOften.filter(({ times }) => times === 0).map(({ title }) => title),
    twice: [...howOften.filter(({ times }) => times > 1).map(({ title }) => title), ...copies],
    notStored: [
      ...acknowledged.filter(({ body }) => !bodies.has(body.toString("hex"))).map(({ id }) => id),
      ...(await notStoredOf(house, databaseUrl)),
    ],
    verdictsLost: shown.filter(({ saidDecided, ts }) => saidDecided && !reviewed.has(ts)).map(({ ts }) => ts),
    verdictsTwice: twiceDecided.map(({ alert_id }) => alert_id),
    // What happened before anybody asked is learnt, and rings no bell.
    misread: [...(await misreadIn(house, databaseUrl)), ...rings.map(({ ts }) => `history in a message: ${ts}`)],
    brokenChain: await brokenLinks(databaseUrl),
    differing: (await differences(databaseUrl)).map(({ what, count, example }) => `${count} ${what}: ${example}`),
  };
}

/** What the service that is asked told: what rings, and what is from before it was asked for the first time. */
async function polledIn(house: House, databaseUrl: string): Promise<Record<"rung" | "learnt", SentAccess[]>> {
  const rows = await ask<{ event_id: string }>(
    databaseUrl,
    "select event_id from access join source on source.name = access.source where occurred_at < begun_at",
  );
  const old = new Set(rows.map(({ event_id }) => event_id));
  const all = house.polled?.accesses ?? [];
  return {
    rung: all.filter(({ eventId }) => !old.has(eventId)),
    learnt: all.filter(({ eventId }) => old.has(eventId)),
  };
}

async function notStoredOf(house: House, databaseUrl: string): Promise<string[]> {
  const rows = await ask<{ event_id: string }>(databaseUrl, "select event_id from access where source = '1password'");
  const stored = new Set(rows.map(({ event_id }) => event_id));
  return (house.polled?.accesses ?? []).flatMap(({ eventId }) => (stored.has(eventId) ? [] : [eventId]));
}

/**
 * Each page begins where the one before ended, or where that one began, when its reader died: no gap, and nothing is asked for
 * again that was recorded. Each event is accepted by one delivery, and the remembered cursor stands behind the last of them.
 */
async function misreadIn(house: House, databaseUrl: string): Promise<string[]> {
  if (!house.polled) return [];
  const { service, accesses } = house.polled;
  const wrong: string[] = [];
  let before = { from: 0, to: 0 };
  for (const { from, to } of service.asked) {
    if (from !== before.to && from !== before.from)
      wrong.push(`asked from ${from} after ${before.from} to ${before.to}`);
    before = { from, to };
  }
  const [sum] = await ask<{ accepted: string; pages: string }>(
    databaseUrl,
    `select coalesce(sum((said ->> 'accepted')::integer), 0) as accepted, count(*) as pages
       from (select convert_from(payload, 'UTF8')::jsonb as said from record where kind = 'delivery recorded') as entry
      where said ->> 'source' = '1password'`,
  );
  if (Number(sum?.accepted) !== accesses.length) wrong.push(`accepted ${sum?.accepted} of ${accesses.length}`);
  if (Number(sum?.pages) !== accesses.length) wrong.push(`${sum?.pages} pages recorded of ${accesses.length}`);
  const place = await placeRead(house, databaseUrl);
  if (place !== accesses.length) wrong.push(`the remembered cursor is behind ${place} of ${accesses.length}`);
  return wrong;
}

/** How many events lie before the cursor that the database remembers. */
async function placeRead(house: House, databaseUrl: string): Promise<number> {
  const [row] = await ask<{ position: string | null }>(
    databaseUrl,
    "select position from source_feed where source = '1password' and feed = 'itemusages'",
  );
  return house.polled?.service.placeOf(row?.position ?? "") ?? 0;
}

/** What a message is about, as it says itself where Slack keeps that. */
function subjectOf(metadata: unknown): string {
  const { event_payload } = (metadata ?? {}) as { event_payload?: { subject?: string } };
  if (event_payload?.subject === undefined) throw new Error("a message of ours without its subject");
  return event_payload.subject;
}

async function brokenLinks(databaseUrl: string): Promise<string[]> {
  const rows = await ask<{ seq: string; at: Date; kind: string; payload: Buffer; hash: Buffer }>(
    databaseUrl,
    "select seq, at, kind, payload, hash from record order by seq",
  );
  let previous = Buffer.alloc(32);
  return rows.flatMap(({ seq, at, kind, payload, hash }, n) => {
    const expected = chainHash(BigInt(n + 1), at, previous, kind, payload);
    previous = Buffer.from(hash);
    return seq === String(n + 1) && expected.equals(hash) ? [] : [seq];
  });
}

/** Whether the service that is asked has nothing left to tell. */
export async function isReadToItsEnd(house: House, databaseUrl: string): Promise<boolean> {
  return house.polled === null || (await placeRead(house, databaseUrl)) === house.polled.accesses.length;
}

/** Whether nothing is left to judge or to show. */
export async function isAtRest(databaseUrl: string): Promise<boolean> {
  const rows = await ask<{ open: string }>(
    databaseUrl,
    "select (select count(*) from unjudged) + (select count(*) from message where wanted > shown) as open",
  );
  return rows[0]?.open === "0";
}
