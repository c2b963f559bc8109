import { DateTime } from "luxon";
import type { MessageView } from "../bot/views/alert.ts";
import { wideIntents } from "../bot/views/wide-intents.ts";
import type { Intent, WatchedVault } from "../model.ts";
import { whyOverWide } from "../policies/over-wide.ts";
import type { Tx } from "../store/database.ts";
import { intentsAnnouncedBy } from "../store/intents.ts";
import { urgency, want, wantAnew } from "../store/messages.ts";
import { readPerson } from "../store/people.ts";
import type { RecordEntry } from "../store/record.ts";
import type { House } from "./house.ts";

/** Time to change or take back what was just announced, before anybody else hears of it. */
const patienceMs = 60 * 60_000;

/**
 * Points an over-wide purpose out to whoever the vault's alerts are escalated to: one message a week for each person, which shows
 * all of that week. Returns what goes on the record.
 */
export async function pointOut(
  house: House,
  tx: Tx,
  intent: Intent,
  vault: WatchedVault | null,
): Promise<RecordEntry[]> {
  const why = whyOverWide(intent, namesAround(house, vault));
  const channel = toldIn(house, vault);
  if (why.length === 0 || channel === null) return [];
  const now = intent.announcedAt;
  const subject = `wide:${intent.personId}:${weekOf(now, house.config.timezone)}`;
  const dueAt = new Date(now.getTime() + patienceMs);
  await want(tx, { kind: "intent", subject, channel, urgency: urgency.note, at: now, dueAt });
  await wantAnew(tx, "intent", subject, dueAt);
  return [{ kind: "over-wide intent pointed out", payload: { intent: intent.id, why, channel } }];
}

/** `null`: the message is about something else. */
export async function drawWide(house: House, subject: string): Promise<MessageView | null> {
  const [, personId, week] = /^wide:(\d+):(\d{4}-\d{2}-\d{2})$/.exec(subject) ?? [];
  if (!personId || !week) return null;
  const zone = house.config.timezone;
  const from = DateTime.fromISO(week, { zone });
  const announced = await intentsAnnouncedBy(
    house.store.db,
    personId,
    from.toJSDate(),
    from.plus({ weeks: 1 }).toJSDate(),
  );
  const wide = announced.flatMap((intent) => {
    const vault = house.config.vaults.find(({ id }) => id === intent.vaultId) ?? null;
    const why = whyOverWide(intent, namesAround(house, vault));
    return why.length === 0 ? [] : [{ intent, why }];
  });
  const person = await readPerson(house.store.db, personId);
  return wideIntents(wide, { person, vaults: house.config.vaults, zone, tag: `intent:${subject}` });
}

/**
 * Where what is suspicious is told: `security`, else the channel that the vault's alerts are escalated to; without either the vault's
 * own. For any vault it is the first that has such a place.
 */
function toldIn({ config }: House, vault: WatchedVault | null): string | null {
  const asked = vault ? [vault] : config.vaults;
  const told = asked.map(({ followUp }) => followUp.security).find((one) => one !== null);
  return told ?? asked[0]?.channel ?? null;
}

export function namesAround({ config }: House, vault: WatchedVault | null) {
  return {
    itemTitles: config.vaults.flatMap(({ items }) => items.flatMap(({ title }) => title ?? [])),
    vaultNames: config.vaults.map(({ name }) => name),
    hint: vault?.hint ?? null,
  };
}

function weekOf(instant: Date, zone: string): string {
  return DateTime.fromJSDate(instant, { zone }).startOf("week").toISODate() ?? "";
}
