import type { PersonOverride } from "../config.ts";
import type { Access } from "../model.ts";
import { foldEmail } from "../policies/fold-email.ts";
import type { Tx } from "../store/database.ts";
import { peopleKnownAs } from "../store/home-facts.ts";
import { type Alias, personOf, slackUsersByEmail, slackUsersById } from "../store/people.ts";

/** What the vault aliases of an override may belong to: the configuration names no source. */
const sources = ["webhook"];

/** Every way in which the actor of an access is known: what the vault says, and what the configuration adds to it. */
export async function aliasesOfActor(
  tx: Tx,
  { source, actor }: Pick<Access, "source" | "actor">,
  overrides: PersonOverride[],
): Promise<Alias[]> {
  const { vaultIdentity, email } = actor;
  const address: Alias[] = email === null ? [] : [{ kind: "email", value: foldEmail(email) }];
  if (vaultIdentity === null) return withOverrides(address, overrides);
  const own: Alias = { kind: "vault", value: `${source}:${vaultIdentity}` };
  const isSettled = overrides.some((override) => aliasesOfOverride(override).some((alias) => isSame(alias, own)));
  return withOverrides(isSettled && (await isShared(tx, address)) ? [own] : [own, ...address], overrides);
}

/** Every way in which a Slack user is known. Their id alone joins nobody: a vault never reports one. */
export async function aliasesOfSlackUser(
  tx: Tx,
  user: { id: string; email: string | null },
  overrides: PersonOverride[],
): Promise<Alias[]> {
  const address: Alias[] = user.email === null ? [] : [{ kind: "email", value: foldEmail(user.email) }];
  const own: Alias = { kind: "slack", value: user.id };
  if (overrides.some(({ slackUserId }) => slackUserId === user.id)) {
    return withOverrides((await isShared(tx, address)) ? [own] : [own, ...address], overrides);
  }
  const joined = withOverrides([own, ...address], overrides);
  // Without an override the address decides; the id would settle a match that may be a guess between two users.
  const isSettled = joined.length > address.length + 1;
  return isSettled || address.length === 0 ? joined : address;
}

/** Of whom something is recorded is from now on who the configuration says, and not only when they next open something. */
export async function joinAsSaid(tx: Tx, overrides: PersonOverride[], now: Date): Promise<void> {
  const users = await slackUsersById(
    tx,
    overrides.flatMap(({ slackUserId }) => slackUserId ?? []),
  );
  for (const override of overrides) {
    const user = override.slackUserId === null ? undefined : users.get(override.slackUserId);
    const aliases = user ? await aliasesOfSlackUser(tx, user, overrides) : aliasesOfOverride(override);
    if ((await peopleKnownAs(tx, aliases)).length > 0) await personOf(tx, aliases, now);
  }
}

/** Two people whom the configuration tells apart would be joined again by the address that they share. */
async function isShared(tx: Tx, address: Alias[]): Promise<boolean> {
  const emails = address.map((alias) => alias.value);
  return (await slackUsersByEmail(tx, emails)).filter((user) => !user.isBot).length > 1;
}

function withOverrides(aliases: Alias[], overrides: PersonOverride[]): Alias[] {
  const all = [...aliases];
  for (const override of overrides) {
    const named = aliasesOfOverride(override);
    if (named.some((alias) => aliases.some((one) => isSame(one, alias)))) all.push(...named);
  }
  return all.filter((alias, index) => all.findIndex((one) => isSame(one, alias)) === index);
}

function aliasesOfOverride(override: PersonOverride): Alias[] {
  const aliases: Alias[] = [];
  const { vaultIdentity } = override;
  if (vaultIdentity !== null) {
    aliases.push(...sources.map((source) => ({ kind: "vault" as const, value: `${source}:${vaultIdentity}` })));
  }
  if (override.email !== null) aliases.push({ kind: "email", value: foldEmail(override.email) });
  if (override.slackUserId !== null) aliases.push({ kind: "slack", value: override.slackUserId });
  return aliases;
}

function isSame(a: Alias, b: Alias): boolean {
  return a.kind === b.kind && a.value === b.value;
}
