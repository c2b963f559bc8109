import type { MessageView } from "../bot/views/alert.ts";
import { sourceSilent, sourceSpeaks } from "../bot/views/silence.ts";
import type { WatchedVault } from "../model.ts";
import { areAwaited, knowsHours, silenceOf } from "../policies/silence.ts";
import { inTransaction } from "../store/database.ts";
import { lastHeard } from "../store/digest-facts.ts";
import { urgency, wantAll } from "../store/messages.ts";
import { seal, wake } from "../store/record.ts";
import { absencesSince } from "../store/running.ts";
import * as silences from "../store/silences.ts";
import { feedStates } from "../store/sources.ts";
import { type House, zoneOf } from "./house.ts";

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;
const historyMs = 28 * dayMs;
/** What speaks on some days of a month, or of a quarter, has no rhythm in less. */
const sparseHistoryMs = 84 * dayMs;
/** Nobody's rhythm is so quick that less is a silence; most looks end here. */
const leastMs = 60 * 60_000;

export interface SourceHeard {
  source: string;
  lastAt: Date;
  vaults: WatchedVault[];
  /** The silence that was told and isn't over; `null`: none. */
  silence: silences.SilenceRow | null;
}

/** When each source of the watched vaults last spoke, as far as anybody still expects it to. */
export async function sourcesHeard(house: House): Promise<SourceHeard[]> {
  const { db } = house.store;
  const { vaults, sources } = house.config;
  const setUp = new Set(["webhook", ...sources.map(({ name }) => name)]);
  const soon = new Date(house.clock.now().getTime() + 60_000);
  const ids = vaults.map(({ id }) => id);
  const all = (await lastHeard(db, ids, soon)).filter(({ source }) => setUp.has(source));
  const heard = ids.flatMap((id) => areAwaited(all.filter(({ vaultId }) => vaultId === id)));
  const open = await silences.openSilences(db);
  return [...new Set(heard.map(({ source }) => source))].map((source) => {
    const theirs = heard.filter((one) => one.source === source);
    return {
      source,
      lastAt: new Date(Math.max(...theirs.map(({ lastAt }) => lastAt.getTime()))),
      vaults: vaults.filter(({ id }) => theirs.some(({ vaultId }) => vaultId === id)),
      silence: open.find((one) => one.source === source) ?? null,
    };
  });
}

/** Tells of sources that have fallen silent, and of those that speak again; each once. Returns how many were told. */
export async function lookForSilence(house: House): Promise<number> {
  let told = 0;
  const read = await sourcesRead(house);
  for (const heard of await sourcesHeard(house)) {
    const isRead = read.has(heard.source);
    const isTold = heard.silence
      ? await tellSpeaks(house, heard, heard.silence)
      : await tellSilent(house, heard, isRead);
    if (isTold) told += 1;
  }
  return told;
}

/** Those that are asked, and answered lately. */
async function sourcesRead({ config, store: { db }, clock }: House): Promise<Set<string>> {
  const states = await feedStates(
    db,
    config.sources.map(({ name }) => name),
  );
  const since = clock.now().getTime() - leastMs;
  return new Set(
    states.filter(({ readAt }) => readAt !== null && readAt.getTime() > since).map(({ source }) => source),
  );
}

async function tellSpeaks(house: House, heard: SourceHeard, silence: silences.SilenceRow): Promise<boolean> {
  if (heard.lastAt <= silence.since) return false;
  const now = house.clock.now();
  return inTransaction(house.store.db, async (tx) => {
    if (!(await silences.recordSilenceOver(tx, silence.id, heard.lastAt, now))) return false;
    await wantAll(tx, wanted(`${silence.id}:over`, heard, now));
    const payload = { silence: silence.id, source: heard.source, spokeAt: heard.lastAt };
    await seal(tx, now, [{ kind: "source speaks again", payload }]);
    await wake(tx);
    return true;
  });
}

async function tellSilent(house: House, heard: SourceHeard, isRead: boolean): Promise<boolean> {
  const { source, lastAt, vaults } = heard;
  const { db } = house.store;
  const now = house.clock.now();
  if (now.getTime() - lastAt.getTime() < leastMs) return false;
  const look = `${isRead} ${lastAt.getTime()} ${Math.floor(now.getTime() / hourMs)}`;
  const looked = looks.get(house) ?? new Map<string, string>();
  looks.set(house, looked);
  if (looked.get(source) === look) return false;
  const vaultIds = vaults.map(({ id }) => id);
  let since = new Date(lastAt.getTime() - historyMs);
  let hours = await silences.speakingHours(db, { source, vaultIds, since });
  if (!knowsHours({ hours, lastAt })) {
    since = new Date(lastAt.getTime() - sparseHistoryMs);
    hours = await silences.speakingHours(db, { source, vaultIds, since });
  }
  const faults = await silences.silencesOver(db, source, since);
  const absences = await absencesSince(db, since);
  const { timezone: zone } = house.config;
  const found = silenceOf({ hours, lastAt, zone, isQuietDay: quietDay(vaults), faults, absences, isRead }, now);
  if (!found) {
    looked.set(source, look);
    return false;
  }
  return inTransaction(house.store.db, async (tx) => {
    const id = await silences.recordSilence(tx, { ...found, source, toldAt: now });
    if (id === null) return false;
    await wantAll(tx, wanted(id, heard, now));
    await seal(tx, now, [{ kind: "source silent", payload: { silence: id, source, ...found } }]);
    await wake(tx);
    return true;
  });
}

/** What of each source was looked at in vain: nothing is otherwise before the next hour begins, and the rows of weeks are many. */
const looks = new WeakMap<House, Map<string, string>>();

/** A line in the channel of each vault that the source speaks of. */
function wanted(subject: string, { vaults }: SourceHeard, at: Date) {
  const channels = [...new Set(vaults.map(({ channel }) => channel))];
  return channels.map((channel) => ({
    kind: "silence" as const,
    subject,
    channel,
    urgency: urgency.warning,
    at,
  }));
}

/** A day on which all of these vaults are closed. */
function quietDay(vaults: WatchedVault[]): (date: string) => boolean {
  return (date) =>
    vaults.every(
      ({ holidays, closed }) =>
        (holidays !== null && Object.hasOwn(holidays.names, date)) ||
        closed.some(({ from, until }) => from <= date && date <= until),
    );
}

export async function silenceView(
  house: House,
  subject: string,
  channel: string,
  blockId: string,
): Promise<MessageView> {
  const [id = subject, part] = subject.split(":");
  const silence = await silences.readSilence(house.store.db, id);
  if (!silence) throw new Error(`the silence ${id} is gone, and silences are never deleted`);
  const vaults = house.config.vaults.filter((vault) => vault.channel === channel);
  const managers = [...new Set((await Promise.all(vaults.map((vault) => house.people.managerIds(vault)))).flat())];
  const zone = zoneOf(house, channel);
  const isAsked =
    house.config.sources.some(({ name, file }) => name === silence.source && file === null) &&
    (await feedStates(house.store.db, [silence.source])).length > 0;
  return part === "over"
    ? sourceSpeaks({ ...silence, spokeAt: silence.spokeAt ?? silence.toldAt }, { zone, blockId })
    : sourceSilent({ ...silence, isAsked, awayMs: await awayMs(house, silence) }, { zone, managers, blockId });
}

/** For how long of it Vaultbell itself wasn't running. */
async function awayMs({ store: { db } }: House, { since, toldAt }: silences.SilenceRow): Promise<number> {
  const absences = (await absencesSince(db, since)).filter((one) => one.since < toldAt);
  return absences.reduce((sum, one) => sum + one.until.getTime() - Math.max(one.since.getTime(), since.getTime()), 0);
}
