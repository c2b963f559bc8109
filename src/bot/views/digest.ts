import type { KnownBlock, RichTextElement } from "@slack/types";
import type { DigestFacts } from "../../model.ts";
import { civilDate, sayDate, sayDay, sayDuration, sayTime, sayWeekdayName } from "../../time.ts";
import type { DigestSoFar } from "../ports.ts";
import { detours, type MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { coverageLines } from "./digest-coverage.ts";
import { numberLines, sayCounted } from "./digest-numbers.ts";
import { stretchLines } from "./digest-stretches.ts";
import { moreLine, sayWaiting, waitingBlocks, waitingLines } from "./digest-waiting.ts";
import { bold, bullets, italic, line, lines, quoted, richText, said, when } from "./rich-text.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { capital, countOf, sayAll, vaultName } from "./words.ts";

export const DIGEST_READ = "digest_read";

export interface DigestView extends DigestSoFar {
  /** By name: a mention would call them. */
  readBy: string[];
  /** What the button carries; `null`: the running week, for one reader alone. */
  digestId: string | null;
  blockId: string;
  /** When Slack shows it, as far as that is known by now. */
  shownAt: Date;
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
            ...stretchLines(view),
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
  return digestMessage({ ...digest, shownAt: digest.madeAt, readBy: [], digestId: null, blockId: "digest:running" });
}

/** What a locked phone says. */
function digestText(view: DigestView): string {
  return `${plainMrkdwn(title(view, 60), 140)}: ${inShort(view)}`;
}

/** The same for an e-mail, which Slack doesn't read. */
export function digestInShort(view: DigestView): string {
  return `${clean(title(view, 60), 140)}: ${inShort(view)}`;
}

function inShort(view: DigestView): string {
  return `${sayWaiting(view)}; ${sayCounted(view.facts)}; ${sayLast(view)}`;
}

/** By the clock: what is "ago" when it is made isn't when it is read. */
function sayLast({ facts, shownAt, zone }: DigestView): string {
  const last = lastAt(facts);
  if (last === null) return "no event yet";
  const isToday = civilDate(last, zone) === civilDate(shownAt, zone);
  return `last event ${isToday ? `at ${sayTime(last, zone)}` : sayDay(last, zone, shownAt)}`;
}

/** As many names as there is room for, and one in any case. */
function title({ vaults, digestId }: DigestView, roomFor = 120): string {
  const names: string[] = [];
  for (const vault of vaults) {
    const name = vaultName(vault, 40);
    if (names.length > 0 && [...names, name].join(", ").length > roomFor) break;
    names.push(name);
  }
  const rest = vaults.length - names.length;
  const all = rest > 0 ? `${names.join(", ")} and ${countOf(rest, "more vault", "more vaults")}` : sayAll(names);
  return `${digestId === null ? "The week so far" : "The week"} in ${all}`;
}

function heading(view: DigestView): RichTextElement[] {
  const { startsAt, endsAt, zone } = view;
  return [bold(`🗓️ ${title(view)}`), said(` · ${sayDate(startsAt, zone)} – ${sayDate(endsAt, zone)}`)];
}

/** Why it comes when it comes, and what of the time before nobody was told. */
function delays({ madeAt, shownAt, startsAt, endsAt, zone, missed, facts }: DigestView): RichTextElement[][] {
  const lateBy = madeAt.getTime() - endsAt.getTime();
  const rows: RichTextElement[][] = [];
  if (lateBy >= lateMs) {
    // Why isn't known: a host that was down, or an hour that had passed when it was first asked for.
    rows.push([
      said("⏱️ "),
      italic(`${sayWeekdayName(endsAt, zone)}’s digest, made ${sayDuration(lateBy)} after its hour.`),
    ]);
  }
  const heldBackMs = shownAt.getTime() - madeAt.getTime();
  if (heldBackMs >= lateMs) {
    const what = `Slack held this back: it is shown ${sayDuration(heldBackMs)} after it was made, and tells nothing newer.`;
    rows.push([said("⏳ "), italic(what)]);
  }
  if (missed) {
    const many = missed.digests === 1 ? "The digest before it was" : `The ${missed.digests} digests before it were`;
    const came = facts.missedAccesses === 0 ? "no access was reported" : sayCame(facts);
    rows.push([
      said("⏱️ "),
      italic(
        `${many} never made: ${came} between ${sayDate(missed.since, zone)} and ${sayDate(startsAt, zone)}. The record has them all.`,
      ),
    ]);
  } else if (facts.missedAccesses > 0 && facts.missedSince !== undefined) {
    const between = `${sayDate(new Date(facts.missedSince), zone)} and ${sayDate(startsAt, zone)}`;
    rows.push([
      said("⏱️ "),
      italic(`${sayCame(facts)} between ${between}, when no digest told of them. The record has them all.`),
    ]);
  }
  return rows;
}

function sayCame({ missedAccesses }: DigestFacts): string {
  return `${countOf(missedAccesses, "access", "accesses")} came`;
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

function lastAt({ vaults }: DigestFacts): Date | null {
  const all = vaults.flatMap(({ sources }) => sources.map((source) => source.lastAt));
  return all.length === 0 ? null : new Date(Math.max(...all));
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
