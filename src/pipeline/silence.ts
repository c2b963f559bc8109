import type { MessageView } from "../bot/views/alert.ts";
import { sourceSilent, sourceSpeaks } from "../bot/views/silence.ts";
import type { WatchedVault } from "../model.ts";
import { areAwaited, silenceOf } from "../policies/silence.ts";
import { inTransaction } from "../store/database.ts";
import { lastHeard } from "../store/digest-facts.ts";
import { urgency, wantAll } from "../store/messages.ts";
import { seal, wake } from "../store/record.ts";
import * as silences from "../store/silences.ts";
import { feedStates } from "../store/sources.ts";
import { type House, zoneOf } from "./house.ts";

const historyMs = 28 * 24 * 60 * 60_000;
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
    // Of a service that is asked and answers, it is known that there was nothing; that it can't be asked is told by itself.
    if (!heard.silence && read.has(heard.source)) continue;
    const isTold = heard.silence ? await tellSpeaks(house, heard, heard.silence) : await tellSilent(house, heard);
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

async function tellSilent(house: House, heard: SourceHeard): Promise<boolean> {
  const { source, lastAt, vaults } = heard;
  const now = house.clock.now();
  if (now.getTime() - lastAt.getTime() < leastMs) return false;
  const since = new Date(lastAt.getTime() - historyMs);
  const hours = await silences.speakingHours(house.store.db, { source, vaultIds: vaults.map(({ id }) => id), since });
  const faults = await silences.silencesOver(house.store.db, source, since);
  const history = { hours, lastAt, zone: house.config.timezone, isQuietDay: quietDay(vaults), faults };
  const found = silenceOf(history, now);
  if (!found) return false;
  return inTransaction(house.store.db, async (tx) => {
    const id = await silences.recordSilence(tx, { ...found, source, toldAt: now });
    if (id === null) return false;
    await wantAll(tx, wanted(id, heard, now));
    await seal(tx, now, [{ kind: "source silent", payload: { silence: id, source, ...found } }]);
    await wake(tx);
    return true;
  });
}

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
  return part === "over"
    ? sourceSpeaks({ ...silence, spokeAt: silence.spokeAt ?? silence.toldAt }, { zone, blockId })
    : sourceSilent(silence, { zone, managers, blockId });
}
