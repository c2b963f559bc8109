import { chainHash } from "../support/chain-hash.ts";
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
  /** Entries of the record whose hash doesn't follow from the one before. */
  brokenChain: string[];
}

export const nothingWrong: Wrongs = {
  lost: [],
  twice: [],
  notStored: [],
  verdictsLost: [],
  verdictsTwice: [],
  brokenChain: [],
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
  const howOften = acknowledged
    .flatMap(({ accesses }) => accesses)
    .map((access) => {
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
    notStored: acknowledged.filter(({ body }) => !bodies.has(body.toString("hex"))).map(({ id }) => id),
    verdictsLost: shown.filter(({ saidDecided, ts }) => saidDecided && !reviewed.has(ts)).map(({ ts }) => ts),
    verdictsTwice: twiceDecided.map(({ alert_id }) => alert_id),
    brokenChain: await brokenLinks(databaseUrl),
  };
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

/** Whether nothing is left to judge or to show. */
export async function isAtRest(databaseUrl: string): Promise<boolean> {
  const rows = await ask<{ open: string }>(
    databaseUrl,
    "select (select count(*) from unjudged) + (select count(*) from message where wanted > shown) as open",
  );
  return rows[0]?.open === "0";
}
