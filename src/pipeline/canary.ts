import type { MessageView } from "../bot/views/alert.ts";
import { canaryBack, canaryMissing } from "../bot/views/canary.ts";
import type { WatchedVault } from "../model.ts";
import { isMissing } from "../policies/canary.ts";
import * as canaries from "../store/canaries.ts";
import { inTransaction } from "../store/database.ts";
import { urgency, wantAll } from "../store/messages.ts";
import { seal, wake } from "../store/record.ts";
import { absencesSince } from "../store/running.ts";
import { type House, watchedVault } from "./house.ts";
import { placeOf } from "./named.ts";
import { saidSince, tellConfiguration } from "./rules-in-force.ts";

/** Further back than any canary is waited for. */
const lookBackMs = 30 * 24 * 60 * 60_000;

/**
 * Tells of known accesses that should have come and didn't, and of those that come again; each once. That a source speaks says
 * nothing of what it leaves out: this does. Returns how many were told.
 */
export async function lookForCanaries(house: House): Promise<number> {
  const watched = house.config.vaults.filter(({ canary }) => canary !== null);
  if (watched.length === 0) return 0;
  const { db } = house.store;
  // Each is waited for from when it was configured.
  await tellConfiguration(house);
  const open = await canaries.openMissing(db);
  const since = new Date(house.clock.now().getTime() - lookBackMs);
  const absences = await absencesSince(db, since);
  let told = 0;
  for (const vault of watched) {
    const { canary } = vault;
    if (canary === null) continue;
    const came = await canaries.lastOpened(db, { vaultId: vault.id, itemId: canary.itemId, since });
    const missing = open.find(({ vaultId, itemId }) => vaultId === vault.id && itemId === canary.itemId);
    const isTold = missing
      ? await tellBack(house, vault, missing, came)
      : await tellMissing(house, vault, { came, absences });
    if (isTold) told += 1;
  }
  return told;
}

async function tellBack(house: House, vault: WatchedVault, missing: canaries.MissingRow, came: Date | null) {
  const { canary } = vault;
  const now = house.clock.now();
  // What is reported so late that it would be missed again already is no return.
  if (canary === null || came === null || came <= missing.since || isMissing(canary, came, now, [])) return false;
  return inTransaction(house.store.db, async (tx) => {
    if (!(await canaries.recordBack(tx, missing.id, came, now))) return false;
    await wantAll(tx, [wanted(`canary:${missing.id}:back`, vault, now)]);
    const payload = { missing: missing.id, vault: vault.id, item: missing.itemId, cameAt: came };
    await seal(tx, now, [{ kind: "canary back", payload }]);
    await wake(tx);
    return true;
  });
}

async function tellMissing(
  house: House,
  vault: WatchedVault,
  { came, absences }: { came: Date | null; absences: { since: Date; until: Date }[] },
): Promise<boolean> {
  const { canary } = vault;
  const { db } = house.store;
  const now = house.clock.now();
  if (canary === null || (came !== null && !isMissing(canary, came, now, absences))) return false;
  const configured = await saidSince(
    house,
    (config) => watchedVault(config, vault.id)?.canary?.itemId === canary.itemId,
  );
  if (configured === null) return false;
  const since = came !== null && came > configured ? came : configured;
  if (!isMissing(canary, since, now, absences)) return false;
  return inTransaction(db, async (tx) => {
    const about = { vaultId: vault.id, itemId: canary.itemId, since, toldAt: now };
    const id = await canaries.recordMissing(tx, about);
    if (id === null) return false;
    await wantAll(tx, [wanted(`canary:${id}`, vault, now)]);
    const payload = { missing: id, vault: vault.id, item: canary.itemId, since, withinMinutes: canary.withinMinutes };
    await seal(tx, now, [{ kind: "canary missing", payload }]);
    await wake(tx);
    return true;
  });
}

function wanted(subject: string, { channel }: WatchedVault, at: Date) {
  return { kind: "silence" as const, subject, channel, urgency: urgency.warning, at };
}

/** `null`: the message is about a source's silence. */
export async function canaryView(
  house: House,
  subject: string,
  channel: string,
  blockId: string,
): Promise<MessageView | null> {
  const [, id, part] = /^canary:(\d+)(?::(back))?$/.exec(subject) ?? [];
  if (id === undefined) return null;
  const missing = await canaries.readMissing(house.store.db, id);
  if (!missing) throw new Error(`the missing access ${id} is gone, and these are never deleted`);
  const vault = watchedVault(house.config, missing.vaultId);
  const zone = vault?.timezone ?? house.config.timezone;
  const place = placeOf(house, { vaultId: missing.vaultId, itemId: missing.itemId, title: null });
  if (part === "back" && missing.cameAt)
    return canaryBack({ ...missing, ...place, cameAt: missing.cameAt }, { zone, blockId });
  const theirs = vault ?? house.config.vaults.find((one) => one.channel === channel);
  const managers = theirs ? await house.people.managerIds(theirs) : [];
  return canaryMissing({ ...missing, ...place }, { zone, managers, blockId });
}
