import type { Named, OpenAlert, Report, ReportRows, ReviewerHealth, Sight, VaultQuestion } from "../bot/ports.ts";
import { reportNotes } from "../bot/views/report.ts";
import type { WatchedVault } from "../model.ts";
import { standing } from "../policies/standing.ts";
import type { Db } from "../store/database.ts";
import { placesOf } from "../store/home-alerts.ts";
import { reviewerTimes, saidOf } from "../store/home-facts.ts";
import { type KnownPerson, readPersons, slackUsersById } from "../store/people.ts";
import * as reports from "../store/reports.ts";
import { allAnswered } from "./answered.ts";
import { openAlerts } from "./home-manager.ts";
import { addressOf, type House } from "./house.ts";
import { rotationRows } from "./leaver-list.ts";
import { limitsNow } from "./limits.ts";
import { namedApart, placeOf } from "./named.ts";

/** A question of which everything is known that it takes to answer it. */
export type Resolved =
  | { kind: "who"; itemKeys: string[]; since: Date | null }
  | { kind: "seen"; personIds: string[]; since: Date | null }
  | { kind: "changed"; since: Date }
  | { kind: "open" }
  | { kind: "reviewers"; since: Date | null }
  | { kind: "leaver"; people: KnownPerson[] };

export interface Reporting {
  question: VaultQuestion;
  /** The name by which its item was asked for, where no item is called so any more. */
  calledBefore: string | null;
  /** As it is said. */
  asked: string;
  vaults: WatchedVault[];
  zone: string;
  now: Date;
  page: number;
  perPage: number;
}

const reviewersSinceMs = 30 * 24 * 60 * 60_000;

/** Answers from what the judge keeps, a few statements whatever there is of the past. */
export async function reportOn(house: House, question: Resolved, reporting: Reporting): Promise<Report> {
  const { question: understood, asked, vaults, zone, now, perPage } = reporting;
  const vaultIds = vaults.map(({ id }) => id);
  const { page, total, ...rows } = await pageOf(reporting, (from) =>
    rowsOf(house, question, { vaultIds, now, page: { from, limit: perPage } }),
  );
  return {
    ...rows,
    asked,
    question: understood,
    at: now,
    zone,
    page,
    total,
    pages: Math.max(1, Math.ceil(total / perPage)),
    notes: reportNotes(understood, { total, calledBefore: reporting.calledBefore }),
    coverage: await limitsNow(house, vaultIds, now),
  };
}

/** What is left may have fewer pages than there were when somebody pressed: then it is the last one, and never nothing. */
async function pageOf<Rows extends { rows: unknown[]; total: number }>(
  { page, perPage }: Pick<Reporting, "page" | "perPage">,
  read: (from: number) => Promise<Rows>,
): Promise<Rows & { page: number }> {
  const asked = await read(page * perPage);
  if (page === 0 || asked.rows.length > 0) return { ...asked, page };
  const first = await read(0);
  const last = Math.max(0, Math.ceil(first.total / perPage) - 1);
  return last === 0 ? { ...first, page: 0 } : { ...(await read(last * perPage)), page: last };
}

async function rowsOf(
  house: House,
  question: Resolved,
  { vaultIds, now, page }: { vaultIds: string[]; now: Date; page: reports.Page },
): Promise<ReportRows & { total: number }> {
  const { db } = house.store;
  switch (question.kind) {
    case "who":
    case "seen": {
      const found =
        question.kind === "who"
          ? await reports.sightsOfItems(db, question.itemKeys, question.since, page)
          : await reports.sightsOfPerson(db, { personIds: question.personIds, vaultIds }, question.since, page);
      return { kind: "sights", rows: await sightsFrom(house, found), total: found[0]?.total ?? 0 };
    }
    case "changed": {
      const found = await reports.changesSince(db, vaultIds, question.since, page);
      const named = await namesOf(db, found);
      const rows = found.map(({ at, personId, action, ...item }) => ({
        at,
        ...placeOf(house, item),
        who: named(personId),
        what: action === null ? ({ kind: "first-time" } as const) : ({ kind: "act", action } as const),
      }));
      return { kind: "changes", rows, total: found[0]?.total ?? 0 };
    }
    case "leaver": {
      const all = await rotationRows(house, question.people, vaultIds);
      return { kind: "rotation", rows: all.slice(page.from, page.from + page.limit), total: all.length };
    }
    case "open":
      return openRows(house, vaultIds, now, page);
    case "reviewers": {
      const since = question.since ?? new Date(now.getTime() - reviewersSinceMs);
      const all = await reviewerTimes(db, since, 1000);
      const users = await slackUsersById(
        db,
        all.map(({ by }) => by),
      );
      const names = Map.groupBy(all, ({ by }) => users.get(by)?.name.toLowerCase() ?? by);
      const isCalledTheSame = (by: string) => (names.get(users.get(by)?.name.toLowerCase() ?? by) ?? []).length > 1;
      const rows = all.slice(page.from, page.from + page.limit).map(
        ({ by, verdicts, medianMs }): ReviewerHealth => ({
          who: { name: users.get(by)?.name ?? by, apart: isCalledTheSame(by) ? by : null, slackUserId: by },
          verdicts,
          medianMs,
        }),
      );
      return { kind: "reviewers", rows, total: all.length };
    }
  }
}

/** With the names, purposes and verdicts of their newest accesses. */
async function sightsFrom(house: House, found: reports.SightRow[]): Promise<Sight[]> {
  const { db } = house.store;
  const named = await namesOf(db, found);
  const said = await saidOf(db, [...new Set(found.flatMap(({ alertId }) => alertId ?? []))]);
  return found.map((row): Sight => {
    const { personId, first, last, times, alertId, revision } = row;
    const reviews = said.reviews.filter((review) => review.alertId === alertId);
    const stands = alertId === null || revision === null ? null : standing([{ revision }], reviews);
    const answer = said.answers.findLast(
      (one) => one.alertId === alertId && one.kind === "mine" && revision !== null && one.revision >= revision,
    );
    return {
      who: named(personId),
      ...placeOf(house, row),
      first,
      last,
      times,
      purpose:
        row.purpose !== null
          ? { kind: "announced", text: row.purpose }
          : answer?.text
            ? { kind: "said", text: answer.text }
            : null,
      verdict:
        stands === null
          ? null
          : stands.kind === "decided"
            ? { kind: stands.review.verdict === "suspicious" ? "suspicious" : "expected", by: stands.review.by }
            : { kind: "open" },
    };
  });
}

async function openRows(
  house: House,
  vaultIds: string[],
  now: Date,
  { from, limit }: reports.Page,
): Promise<ReportRows & { total: number }> {
  const { open } = await openAlerts(house, { vaultIds, called: [] }, now);
  const ids = open.slice(from, from + limit).map(({ id }) => id);
  const whole = await allAnswered(house.store.db, ids);
  const places = await placesOf(house.store.db, ids);
  const named = await namedApart(
    house.store.db,
    [...whole.values()].map(({ alert }) => alert.person),
  );
  const rows = ids.flatMap((id): OpenAlert[] => {
    const found = whole.get(id);
    if (!found) return [];
    const { vaultId, person, openedAt, accesses } = found.alert;
    const severities = accesses.map(({ assessment }) => assessment.severity);
    const titles = accesses.map(
      ({ access }) => placeOf(house, { vaultId, itemId: access.item.id, title: access.item.title }).item,
    );
    return [
      {
        vault: placeOf(house, { vaultId, itemId: "", title: null }).vault,
        who: named.get(person.id) ?? { name: person.name, apart: null, slackUserId: null },
        items: [...new Set(titles)],
        openedAt,
        severity: severities.includes("critical") ? "critical" : severities.includes("warning") ? "warning" : "note",
        link: addressOf(house, places.get(id)),
      },
    ];
  });
  return { kind: "open", rows, total: open.length };
}

async function namesOf(db: Db, rows: { personId: string }[]): Promise<(personId: string) => Named> {
  const known = await readPersons(db, [...new Set(rows.map(({ personId }) => personId))]);
  const named = await namedApart(
    db,
    [...known.values()].map(({ person }) => person),
  );
  return (personId) =>
    named.get(known.get(personId)?.person.id ?? "") ?? { name: "somebody", apart: null, slackUserId: null };
}
