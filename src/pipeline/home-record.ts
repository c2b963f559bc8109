import { sayRetention } from "../bot/views/erased.ts";
import type { OwnRecord, RecordLine } from "../bot/views/home-record.ts";
import type { SlackUser } from "../model.ts";
import { standing } from "../policies/standing.ts";
import { type OwnAccess, ownAccesses, peopleKnownAs, saidOf } from "../store/home-facts.ts";
import { readPersons } from "../store/people.ts";
import { type House, watchedVault } from "./house.ts";
import { aliasesOfSlackUser } from "./people.ts";

const linesAPage = 10;

/** What is recorded of a Slack user: of whoever is joined with them for certain. */
export async function ownRecord(house: House, user: SlackUser, page: number): Promise<OwnRecord> {
  const { db } = house.store;
  const aliases = await db.transaction().execute((tx) => aliasesOfSlackUser(tx, user, house.config.people));
  const known = [...(await readPersons(db, await peopleKnownAs(db, aliases))).values()];
  const theirs = known.filter(({ person: { slack } }) => slack.kind === "matched" && slack.user.id === user.id);
  if (theirs.length === 0 && known.some(({ person }) => person.slack.kind === "ambiguous"))
    return { kind: "ambiguous" };
  const ids = [...new Set(theirs.flatMap((one) => one.ids))];
  const wanted = { from: page * linesAPage, limit: linesAPage };
  const { total, first, accesses } = await ownAccesses(db, ids, wanted);
  const pages = Math.max(1, Math.ceil(total / linesAPage));
  const alertIds = [...new Set(accesses.flatMap(({ alertId }) => alertId ?? []))];
  const said = await saidOf(db, alertIds);
  return {
    kind: "known",
    emails: [...new Set(theirs.flatMap(({ person }) => person.emails))],
    vaultIdentities: [...new Set(theirs.flatMap(({ person }) => person.vaultIdentities))],
    total,
    kept: sayRetention(house.config.retention, house.config.vaults),
    since: first,
    lines: accesses.map((access) => toLine(house, access, said)),
    page: Math.min(page, pages - 1),
    pages,
  };
}

function toLine(house: House, access: OwnAccess, said: Awaited<ReturnType<typeof saidOf>>): RecordLine {
  const { revision, alertId } = access;
  const vault = watchedVault(house.config, access.vaultId);
  const title = vault?.items.find(({ id }) => id === access.itemId)?.title;
  const reviews = said.reviews.filter((review) => review.alertId === alertId);
  const stands = revision === null ? null : standing([{ revision }], reviews);
  const answers = said.answers.filter(
    (one) => one.alertId === alertId && revision !== null && one.revision >= revision,
  );
  return {
    occurredAt: access.occurredAt,
    action: access.action,
    vault: vault?.name ?? access.vaultName ?? access.vaultId,
    item: access.itemTitle ?? title ?? access.itemId,
    state: access.state,
    verdict: stands?.kind === "decided" ? stands.review : null,
    said: answers.map(({ kind, text }) => ({ kind, text })),
  };
}
