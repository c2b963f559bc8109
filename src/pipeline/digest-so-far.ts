import type { DigestSoFarOutcome } from "../bot/ports.ts";
import type { SlackUser, WatchedVault } from "../model.ts";
import { vaultsOfChannel, zoneOfChannel } from "../policies/digest-channels.ts";
import { slotUpTo } from "../policies/digest-time.ts";
import { outsider } from "../policies/eligibility.ts";
import { inTransaction } from "../store/database.ts";
import { recordHead } from "../store/digests.ts";
import { seal } from "../store/record.ts";
import { gather } from "./digest.ts";
import { around } from "./draw.ts";
import { partsOf } from "./draw-digest.ts";
import type { House } from "./house.ts";
import { rolesOf } from "./roles.ts";

/** Where no day is configured, weeks begin on Monday. */
const usual = { weekday: 1, minute: 0 };

/** The running week, up to now, for a manager who asks. That they asked is on the record. */
export async function digestSoFar(
  house: House,
  { by, byId, channel }: { by: SlackUser | null; byId: string; channel: string | null },
): Promise<DigestSoFarOutcome> {
  const { config, clock, store } = house;
  const here = channel === null ? [] : vaultsOfChannel(config, channel);
  const admitted = await thoseOf(house, by, here.length > 0 ? here : config.vaults);
  const now = clock.now();
  if (admitted.kind === "refused") {
    const payload = { by: byId, channel, reason: admitted.reason };
    await inTransaction(store.db, (tx) => seal(tx, now, [{ kind: "digest refused", payload }]));
    return admitted;
  }
  const { vaults } = admitted;
  const zone = here.length > 0 && channel !== null ? zoneOfChannel(config, channel) : config.timezone;
  const schedule = { ...(config.digest ?? usual), zone };
  const { key, at } = slotUpTo(schedule, new Date(now.getTime() - 1));
  const period = { key, startsAt: at, endsAt: now, missed: null };
  const { facts, alertIds } = await gather(store.db, { vaults, zone, period, now });
  const head = await recordHead(store.db);
  const payload = { by: byId, vaults: vaults.map(({ id }) => id), since: at };
  await inTransaction(store.db, (tx) => seal(tx, now, [{ kind: "digest asked for", payload }]));
  const parts = await partsOf(house, { ...period, madeAt: now, alertIds, facts, vaults }, around(house));
  return {
    kind: "digest",
    digest: { vaults, zone, facts, ...parts, head: { seq: head.seq, hash: head.hash.toString("hex") } },
  };
}

/** Those of these vaults that they answer for. */
async function thoseOf(
  house: House,
  clicker: SlackUser | null,
  vaults: WatchedVault[],
): Promise<{ kind: "may"; vaults: WatchedVault[] } | Extract<DigestSoFarOutcome, { kind: "refused" }>> {
  const outside = outsider(clicker, house.people.homeTeamId());
  if (!clicker || outside) return { kind: "refused", reason: outside ?? "unknown-clicker" };
  const { answersFor } = await rolesOf(house, clicker);
  const theirs = vaults.filter((vault) => answersFor.includes(vault));
  return theirs.length > 0 ? { kind: "may", vaults: theirs } : { kind: "refused", reason: "not-a-manager" };
}
