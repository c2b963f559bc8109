import type { KnownBlock, RichTextElement } from "@slack/types";
import type { DigestFacts, WeekNumbers } from "../../model.ts";
import { sayDate, sayDuration, sayWeekdayName } from "../../time.ts";
import type { DigestSoFar, SourceCoverage } from "../ports.ts";
import { alertSentence, detours, type MessageView, spotCheckLines } from "./alert.ts";
import { alertActions, plain } from "./alert-actions.ts";
import { secondPersonLines, verdictLine } from "./alert-verdict.ts";
import { bold, bullets, italic, line, lines, quoted, richText, said, when } from "./rich-text.ts";
import { worstAccess } from "./standing.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { vaultName } from "./words.ts";

export const DIGEST_READ = "digest_read";

export interface DigestView extends DigestSoFar {
  /** By name: a mention would call them. */
  readBy: string[];
  /** What the button carries; `null`: the running week, for one reader alone. */
  digestId: string | null;
  blockId: string;
  /** Its own channel, where this message stands in another because that one is closed to us. */
  movedFrom?: string | null;
}

/** So much later than its hour is late: a restart in between isn't worth a word. */
const lateMs = 15 * 60_000;

/** A vault channel's week: first what waits for whoever reads it, then three numbers, then what is worth knowing. */
export function digestMessage(view: DigestView): MessageView {
  const { facts, blockId, digestId } = view;
  return {
    text: digestText(view),
    blocks: [
      {
        ...richText(
          lines([
            heading(view),
            ...detours({ movedFrom: view.movedFrom ?? null }),
            ...delays(view),
            ...waitingLines(view),
          ]),
        ),
        block_id: blockId,
      },
      ...view.waiting.flatMap((one, place) => waitingBlocks(one, view, place)),
      ...moreLine(view),
      richText(line(bold("The week in numbers")), bullets(numberLines(facts.numbers, facts.before))),
      richText(line(bold("Worth knowing")), bullets(worthKnowing(view))),
      ...(digestId === null ? [] : readBlocks(view, digestId)),
    ],
    metadata: { event_type: "vaultbell_digest", event_payload: { digest_id: digestId ?? "running" } },
  };
}

/** The running week, for whoever asked. */
export function digestSoFar(digest: DigestSoFar): MessageView {
  return digestMessage({ ...digest, readBy: [], digestId: null, blockId: "digest:running" });
}

/** What a locked phone says. */
function digestText(view: DigestView): string {
  const { facts } = view;
  const last = lastAt(facts);
  const heard = last === null ? "no event yet" : `last event ${sayDuration(view.madeAt.getTime() - last)} ago`;
  return `${plainMrkdwn(title(view), 120)}: ${sayWaiting(facts)}; ${sayAccesses(facts.numbers)}; ${heard}`;
}

function sayWaiting(facts: DigestFacts): string {
  const { openAlerts: open, older } = facts;
  const longer = older?.alerts ?? 0;
  if (open === 0) return longer === 0 ? "nothing waits" : `${sayOlder(facts)} waited for more than five weeks`;
  const now = open === 1 ? "one waits for a verdict" : `${open} wait for a verdict`;
  return longer === 0 ? now : `${now}, ${longer} more for over five weeks`;
}

function title({ vaults, digestId }: DigestView): string {
  const names = vaults.slice(0, 3).map((vault) => vaultName(vault, 40));
  const rest = vaults.length - names.length;
  const all = rest > 0 ? `${names.join(", ")} and ${rest} more` : sayAll(names);
  return `${digestId === null ? "The week so far" : "The week"} in ${all}`;
}

function heading(view: DigestView): RichTextElement[] {
  const { startsAt, endsAt, zone } = view;
  return [bold(`🗓️ ${title(view)}`), said(` · ${sayDate(startsAt, zone)} – ${sayDate(endsAt, zone)}`)];
}

/** Why it comes when it comes, and what of the time before nobody was told. */
function delays({ madeAt, startsAt, endsAt, zone, missed, facts }: DigestView): RichTextElement[][] {
  const lateBy = madeAt.getTime() - endsAt.getTime();
  const rows: RichTextElement[][] = [];
  if (lateBy >= lateMs) {
    const name = `${sayWeekdayName(endsAt, zone)}’s digest, ${sayDuration(lateBy)} late`;
    rows.push([said("⏱️ "), italic(`${name}: Vaultbell wasn’t running.`)]);
  }
  if (missed) {
    const many = missed.digests === 1 ? "The digest before it was" : `The ${missed.digests} digests before it were`;
    const came =
      facts.missedAccesses === 0
        ? "no access was reported"
        : `${countOf(facts.missedAccesses, "access", "accesses")} came`;
    rows.push([
      said("⏱️ "),
      italic(
        `${many} never made: ${came} between ${sayDate(missed.since, zone)} and ${sayDate(startsAt, zone)}. The record has them all.`,
      ),
    ]);
  }
  return rows;
}

function waitingLines({ facts, waiting, digestId }: DigestView): RichTextElement[][] {
  const older = facts.older?.alerts ?? 0;
  const shows = `: /vault open shows ${older === 1 ? "it" : "them"}`;
  if (facts.openAlerts === 0) {
    const nothing =
      older > 0
        ? `Nothing of the last five weeks waits for you; ${sayOlder(facts)} waited for longer${shows}. `
        : facts.older
          ? "Nothing waits for you. "
          : "Nothing of the last five weeks waits for you. ";
    return [[bold(nothing), said(`${capital(sayAccesses(facts.numbers))}.`)]];
  }
  const left =
    digestId === null ? facts.openAlerts : waiting.filter(({ standing }) => standing.kind !== "decided").length;
  const many =
    facts.openAlerts === 1 ? "One alert waits for a verdict" : `${facts.openAlerts} alerts wait for a verdict`;
  const more = facts.older?.isMore ? `At least ${older}` : older === 1 ? "One" : String(older);
  return [
    [
      bold(
        left === 0
          ? "✅ What this digest asked about is decided. Thank you."
          : digestId !== null && facts.openAlerts > waiting.length
            ? `${many}, the most urgent first`
            : many,
      ),
    ],
    ...(older === 0
      ? []
      : [[said(`${more} more ${older === 1 ? "has" : "have"} waited for more than five weeks${shows}.`)]]),
  ];
}

/** "one alert has", "at least 50 alerts have". */
function sayOlder({ older }: DigestFacts): string {
  const { alerts = 0, isMore = false } = older ?? {};
  return `${isMore ? "at least " : ""}${countOf(alerts, "alert has", "alerts have")}`;
}

/** The same sentence and buttons as everywhere. In a private answer there are none: nothing would redraw them. */
function waitingBlocks(
  { alert, vault, standing, needed, isWatched }: DigestSoFar["waiting"][number],
  view: DigestView,
  place: number,
): KnownBlock[] {
  const shown = { vault, standing, now: view.madeAt, managers: [], undoUntil: null };
  const worst = worstAccess(alert, standing);
  const rows = [
    alertSentence(alert, shown, worst),
    [quoted(worst.assessment.sentence, 200, "No reason was given.")],
    ...secondPersonLines(alert, { standing, needed }, vault),
    ...spotCheckLines(worst),
  ];
  return [
    richText(...(standing.kind === "open" ? [] : [verdictLine(alert, standing, vault)]), lines(rows)),
    ...(view.digestId === null || !isWatched
      ? []
      : [alertActions(alert, shown, { blockId: `${view.blockId}:${place}`, origin: "digest" })]),
  ];
}

function moreLine({ facts, waiting, moreLink }: DigestView): KnownBlock[] {
  const more = facts.openAlerts - waiting.length;
  if (more <= 0) return [];
  const words = `and ${more} more`;
  return [
    richText(line(moreLink === null ? said(`${words} in this channel`) : { type: "link", url: moreLink, text: words })),
  ];
}

/** Accesses, how many of them were explained, and how many came outside the hours, each beside the week before. */
export function numberLines(numbers: WeekNumbers, before: WeekNumbers | null): RichTextElement[][] {
  const than = (was: string) => (before === null ? [] : [said(` (the week before: ${was})`)]);
  const { accesses, afterHours, unasked = 0, anyHour = 0 } = numbers;
  const explained =
    accesses === 0
      ? [said("Nothing to explain")]
      : accesses === unasked
        ? [said("No purpose is asked for here")]
        : [bold(share(numbers)), said(unasked === 0 ? " explained" : ` explained ${ofAsked(numbers)}`)];
  // Where no hour is watched there is nothing to count; none of this is to be taken for "none came at night".
  const outside = [
    bold(String(afterHours)),
    said(anyHour === 0 ? " outside the hours" : " outside the hours, where these are watched"),
    ...than(String(before?.afterHours)),
  ];
  return [
    [bold(String(accesses)), said(accesses === 1 ? " access" : " accesses"), ...than(String(before?.accesses))],
    [...explained, ...than(before ? share(before) : "")],
    ...(accesses > 0 && anyHour === accesses ? [] : [outside]),
  ];
}

function worthKnowing(view: DigestView): RichTextElement[][] {
  const { facts, zone } = view;
  return [
    unusualLine(facts),
    ...quietLines(facts),
    ...rotationLine(facts),
    ...purposesLeft("Announced, and no access was reported", facts.unused, notNeeded(facts)),
    ...purposesLeft("Said to be done, and no access was reported (did the source miss it?)", facts.unreported),
    ...qualityLines(facts.purposes),
    reviewLine(facts.reviews),
    ...view.snoozes
      .slice(0, 5)
      .map(({ snooze, vault }) => [
        said("😴 "),
        bold(vaultName(vault)),
        said(" is snoozed until "),
        when(snooze.endsAt, zone),
        said(" by "),
        quoted(snooze.by.name, 40, "a manager"),
        said(": ‘"),
        quoted(snooze.reason, 120, "no reason"),
        said("’"),
      ]),
    ...coverageLines(view),
    [said("The record stands at entry "), bold(view.head.seq), said(", "), said(view.head.hash.slice(0, 16))],
  ];
}

function unusualLine({ unusual }: DigestFacts): RichTextElement[] {
  if (unusual.length === 0) return [said("Nothing unusual was found")];
  const shown = unusual
    .slice(0, 8)
    .map(({ policy, accesses }) => `${accesses} × ${UNUSUAL[policy] ?? clean(policy, 40)}`);
  return [said("Unusual: "), said(shown.join(", "))];
}

/** What nobody was shown one by one, and what was looked at all the same. */
function quietLines({ quiet = 0, spotChecks = 0 }: DigestFacts): RichTextElement[][] {
  const rows: RichTextElement[][] = [];
  if (quiet > 0) {
    const many = quiet === 1 ? "One access is" : `${quiet} accesses are`;
    rows.push([said(`${many} told only here; this channel was shown no message about ${quiet === 1 ? "it" : "them"}`)]);
  }
  if (spotChecks > 0) {
    rows.push([
      said(`Spot checks: of what was explained, ${countOf(spotChecks, "access", "accesses")} asked for a verdict`),
    ]);
  }
  return rows;
}

/** What the policies found, behind a count. */
const UNUSUAL: Record<string, string> = {
  "reported-time": "with a doubtful time",
  "first-access": "first time on an item",
  "long-absence": "after a long absence",
  "new-client": "new app",
  "new-device": "new device",
  "new-network": "new network",
  "new-country": "new country",
  "impossible-travel": "too far apart to travel",
  "wide-purpose": "under a wide purpose",
  burst: "in a burst",
  flood: "in a flood",
  export: "export",
  "sensitive-item": "sensitive item",
  "unknown-actor": "by somebody Slack doesn’t know",
  "deactivated-actor": "by a deactivated account",
  "guest-actor": "by a guest",
  "service-actor": "by a service account",
  "absent-actor": "by somebody who is away",
};

/** Counts alone: who left is in the lists, which are in this channel. */
function rotationLine({ rotation }: DigestFacts): RichTextElement[][] {
  if (!rotation || rotation.items === 0) return [];
  const { people, items, must } = rotation;
  const who = people === 1 ? "somebody leaves" : `${people} people leave`;
  const seen =
    must === 0 ? "" : must === items ? ", seen by them" : `, ${must === 1 ? "one" : must} of which they have seen`;
  return [
    [
      said(`🔑 Still to be rotated, because ${who}: `),
      bold(countOf(items, "item", "items")),
      ...(seen === "" ? [] : [said(seen)]),
    ],
  ];
}

function notNeeded({ notNeeded: many = 0 }: DigestFacts): string {
  return many === 0 ? "" : ` (${many === 1 ? "one wasn’t" : `${many} weren’t`} needed after all)`;
}

function purposesLeft(lead: string, { purposes, examples }: DigestFacts["unused"], besides = ""): RichTextElement[][] {
  if (purposes === 0) return [];
  return [
    [
      said(`${lead}: ${purposes}${besides}, such as `),
      ...examples.flatMap((one, place) => [said(place > 0 ? ", ‘" : "‘"), quoted(one, 60, "…"), said("’")]),
    ],
  ];
}

function qualityLines({ announced, telling, best, emptiest }: DigestFacts["purposes"]): RichTextElement[][] {
  if (announced === 0) return [];
  const row = [
    said("Purposes an auditor could use: "),
    bold(`${telling} of ${announced}`),
    ...(best === null ? [] : [said(", such as ‘"), quoted(best, 80, "…"), said("’")]),
  ];
  if (emptiest !== null) row.push(said("; ‘"), quoted(emptiest, 40, "…"), said("’ could say what it is for"));
  return [row];
}

/** Names in their order, and never who was slower. */
function reviewLine({ verdicts, medianMs, by }: DigestFacts["reviews"]): RichTextElement[] {
  if (verdicts === 0 || medianMs === null) return [said("No alert was judged this week")];
  const names = by.slice(0, 6).map((name) => clean(name, 40) || "somebody");
  const all = by.length > names.length ? `${names.join(", ")} and ${by.length - names.length} more` : sayAll(names);
  const speed = verdicts === 1 ? `after ${sayDuration(medianMs)}` : `half of them within ${sayDuration(medianMs)}`;
  return [said(`${capital(countOf(verdicts, "alert", "alerts"))} judged by ${all}, ${speed}`)];
}

const sourcesAtMost = 4;

/** Rule 10: what was heard of each source, what it couldn't have told, and whether it was looked for what it hadn't. */
function coverageLines({
  coverage,
  madeAt,
  zone,
}: Pick<DigestView, "coverage" | "madeAt" | "zone">): RichTextElement[][] {
  if (coverage.length === 0) {
    return [
      [
        said("Nothing was ever reported from here: is the source connected? "),
        said("Only what the vault service reports is counted"),
      ],
    ];
  }
  const more = coverage.length - sourcesAtMost;
  return [
    ...coverage
      .slice(0, sourcesAtMost)
      .map((source) => [
        quoted(source.name, 40, "A source"),
        said(" last spoke "),
        when(source.lastAt, zone),
        said(` (${sayDuration(madeAt.getTime() - source.lastAt.getTime())} before this). `),
        ...sayCompared(source, zone),
        ...(source.gaps === 0
          ? []
          : [bold(source.gaps === 1 ? "It has a gap this week. " : `It has ${source.gaps} gaps this week. `)]),
        said(clean(source.cannot, 300)),
      ]),
    ...(more > 0 ? [[said(`and ${countOf(more, "more source", "more sources")}`)]] : []),
  ];
}

/** That nothing was missing is said only where each day was looked at. */
function sayCompared({ compared }: SourceCoverage, zone: string): RichTextElement[] {
  if (compared === "has no list") return [];
  const { days, comparedDays, until, missed, madeUpDays } = compared;
  const many = countOf(missed, "access had been missed", "accesses had been missed");
  const came = said(" this week, and came late. ");
  const late =
    madeUpDays === 0
      ? []
      : [said(`${capital(countOf(madeUpDays, "earlier day was", "earlier days were"))} compared late. `)];
  if (until !== null && comparedDays === days) {
    const up = [said("Compared with its own list up to "), when(until, zone)];
    const all = missed === 0 ? [said(": nothing was missing. ")] : [said(": "), bold(many), came];
    return [...up, ...all, ...late];
  }
  const found = missed === 0 ? [] : [bold(capital(many)), came];
  const rest = [...late, ...found];
  if (days === 0) return [said("No day was due yet to be compared with its own list. "), ...rest];
  return [said(`${sayNotCompared(days, comparedDays)} `), ...rest];
}

function sayNotCompared(days: number, comparedDays: number): string {
  if (comparedDays > 0) {
    const how = `Only ${comparedDays} of ${days} days ${comparedDays === 1 ? "was" : "were"} compared with its own list`;
    return `${how}: whether anything was missed on the others isn’t known.`;
  }
  const none = days === 1 ? "The day that was due wasn’t" : `None of ${days} days was`;
  return `${none} compared with its own list: whether anything was missed isn’t known.`;
}

function lastAt({ vaults }: DigestFacts): number | null {
  const all = vaults.flatMap(({ sources }) => sources.map((source) => source.lastAt));
  return all.length === 0 ? null : Math.max(...all);
}

function readBlocks({ readBy }: DigestView, digestId: string): KnownBlock[] {
  const names = readBy.slice(0, 12).map((name) => clean(name, 40) || "somebody");
  const rest = readBy.length - names.length;
  return [
    ...(names.length === 0
      ? []
      : [richText(line(said(`👀 Read by ${names.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`)))]),
    {
      type: "actions",
      elements: [
        {
          type: "button",
          action_id: DIGEST_READ,
          text: plain("I’ve read it"),
          value: `digest:${digestId}`,
          accessibility_label: "Say that you have read this digest",
        },
      ],
    },
  ];
}

/** What the button carries. `null`: not ours. */
export function readDigestButton(value: string): string | null {
  return /^digest:(\d{1,18})$/.exec(value)?.[1] ?? null;
}

/** "14 accesses, all explained". */
function sayAccesses(numbers: WeekNumbers): string {
  const { accesses, explained, unasked = 0 } = numbers;
  if (accesses === 0) return "no access was reported";
  if (unasked === accesses) return `${countOf(accesses, "access", "accesses")}, and no purpose is asked for`;
  if (unasked > 0) return `${accesses} accesses, ${explained === 0 ? "none" : explained} explained ${ofAsked(numbers)}`;
  if (accesses === 1) return explained === 1 ? "one access, explained" : "one access, not explained";
  const how =
    explained === accesses ? "all explained" : explained === 0 ? "none explained" : `${share(numbers)} explained`;
  return `${accesses} accesses, ${how}`;
}

function ofAsked({ accesses, unasked = 0 }: WeekNumbers): string {
  return `of the ${accesses - unasked === 1 ? "one" : accesses - unasked} for which a purpose is asked`;
}

/** Of those that were to be explained; never rounded up to all, nor down to none. */
function share({ accesses, explained, unasked = 0 }: WeekNumbers): string {
  const asked = accesses - unasked;
  if (asked === 0) return accesses === 0 ? "nothing to explain" : "no purpose was asked for";
  const percent = Math.round((explained / asked) * 100);
  const honest = explained === asked ? 100 : explained === 0 ? 0 : Math.min(99, Math.max(1, percent));
  return `${honest} %`;
}

export function countOf(n: number, one: string, many: string): string {
  return n === 1 ? `one ${one}` : `${n} ${many}`;
}

function sayAll(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
