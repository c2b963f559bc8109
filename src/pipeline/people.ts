import type { PersonOverride } from "../config.ts";
import type { Access } from "../model.ts";
import { foldEmail } from "../policies/fold-email.ts";
import type { Alias } from "../store/people.ts";

/** What the vault aliases of an override may belong to: the configuration names no source. */
const sources = ["webhook"];

/** Every way in which the actor of an access is known: what the vault says, and what the configuration adds to it. */
export function aliasesOfActor(access: Pick<Access, "source" | "actor">, overrides: PersonOverride[]): Alias[] {
  const { vaultIdentity, email } = access.actor;
  return withOverrides(
    [
      ...(vaultIdentity === null ? [] : [{ kind: "vault" as const, value: `${access.source}:${vaultIdentity}` }]),
      ...(email === null ? [] : [{ kind: "email" as const, value: foldEmail(email) }]),
    ],
    overrides,
  );
}

/** Every way in which a Slack user is known. Their id alone joins nobody: a vault never reports one. */
export function aliasesOfSlackUser(user: { id: string; email: string | null }, overrides: PersonOverride[]): Alias[] {
  const address: Alias[] = user.email === null ? [] : [{ kind: "email", value: foldEmail(user.email) }];
  const own: Alias = { kind: "slack", value: user.id };
  const joined = withOverrides([own, ...address], overrides);
  // Without an override the address decides; the id would settle a match that may be a guess between two users.
  const isSettled = joined.length > address.length + 1;
  return isSettled || address.length === 0 ? joined : address;
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
