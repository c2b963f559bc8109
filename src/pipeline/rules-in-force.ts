import { type Config, parseConfig } from "../config.ts";
import type { Access, WatchedVault } from "../model.ts";
import type { Held } from "../policies/digest-channels.ts";
import { configurationsInForce, configurationText } from "../store/configurations.ts";
import { type Db, inTransaction, type Tx } from "../store/database.ts";
import { bringIntoForce } from "./configuration.ts";
import { type House, watchedVault } from "./house.ts";

export interface Rules {
  /** The configuration that stood then; today's for a vault that it didn't watch, and where none is known. */
  at(occurredAt: Date, vaultId: string): Config;
}

/** What each house's file said when it told the database: once for each, so that two replicas with two don't take turns. */
const told = new WeakMap<House, string>();

/** By fingerprint; `null`: a later version can't read it any more. */
const parsed = new Map<string, Config | null>();

/** From now on this house's configuration is in force, if it wasn't already; what it changes is announced. */
export async function tellConfiguration(house: House): Promise<void> {
  const { config, file, clock } = house;
  if (told.get(house) === file.fingerprint) return;
  const [newest] = await configurationsInForce(house.store.db);
  if (newest?.fingerprint !== config.fingerprint) {
    const now = clock.now();
    await inTransaction(house.store.db, (tx) => bringIntoForce(tx, { config, read: readText, by: [], now }));
  }
  told.set(house, file.fingerprint);
}

/** What is reported late is judged by the configuration that stood when it happened, not by what was thought better of since. */
export async function rulesInForce(house: House, tx: Tx, accesses: Access[]): Promise<Rules> {
  const { config } = house;
  const known = await configurationsInForce(tx);
  const fingerprintAt = (occurredAt: Date) => known.find(({ since }) => since <= occurredAt)?.fingerprint ?? null;
  const wanted = new Set(accesses.map(({ occurredAt }) => fingerprintAt(occurredAt)));
  for (const fingerprint of wanted) {
    if (fingerprint !== null && fingerprint !== config.fingerprint) await readEarlier(tx, fingerprint);
  }
  return {
    at(occurredAt, vaultId) {
      const fingerprint = fingerprintAt(occurredAt);
      if (fingerprint === null || fingerprint === config.fingerprint) return config;
      const then = parsed.get(fingerprint) ?? null;
      return then !== null && watchedVault(then, vaultId) ? then : config;
    },
  };
}

/** A vault as it was watched then; as it is now where nothing else is known. */
export async function vaultAsOf(house: House, db: Db | Tx, vault: WatchedVault, instant: Date): Promise<WatchedVault> {
  const known = (await configurationsInForce(db)).find(({ since }) => since <= instant);
  if (!known || known.fingerprint === house.config.fingerprint) return vault;
  const then = await readEarlier(db, known.fingerprint);
  return (then && watchedVault(then, vault.id)) ?? vault;
}

/** Since when each configuration up to the one in force has said so; `null`: that one doesn't. */
export async function saidSince(house: House, says: (config: Config) => boolean): Promise<Date | null> {
  const { db } = house.store;
  let saidFrom: Date | null = null;
  for (const { fingerprint, since } of await configurationsInForce(db)) {
    const then = fingerprint === house.config.fingerprint ? house.config : await readEarlier(db, fingerprint);
    if (then === null || !says(then)) break;
    saidFrom = since;
  }
  return saidFrom;
}

/** Which configurations held from when, newest first, back to the one that held then; `null`: this version can't read it any more. */
export async function configurationsSince(house: House, db: Db | Tx, then: Date): Promise<Held[]> {
  const { config, clock } = house;
  const known = await configurationsInForce(db);
  const held: Held[] = [];
  // It comes into force with what is judged next.
  if (known[0]?.fingerprint !== config.fingerprint) held.push({ since: clock.now(), config });
  for (const { since, fingerprint } of known) {
    held.push({ since, config: fingerprint === config.fingerprint ? config : await readEarlier(db, fingerprint) });
    if (since <= then) break;
  }
  return held;
}

async function readEarlier(db: Db | Tx, fingerprint: string): Promise<Config | null> {
  if (!parsed.has(fingerprint)) {
    parsed.set(fingerprint, readText((await configurationText(db, fingerprint)) ?? ""));
  }
  return parsed.get(fingerprint) ?? null;
}

function readText(text: string): Config | null {
  const reading = parseConfig(text, "an earlier vaultbell.yaml");
  return reading.ok ? reading.config : null;
}
