import type { RichTextElement, RichTextSection } from "@slack/types";
import type { Alert, Resolution, Review, WatchedVault } from "../../model.ts";
import { bold, italic, line, quoted, said, user, users, when } from "./rich-text.ts";
import type { Standing } from "./standing.ts";
import { OUTCOMES } from "./what-now.ts";
import { personName } from "./words.ts";

/** The state line on top: the verdict, whose it is, when, the note, and what it doesn't cover. */
export function verdictLine(
  alert: Alert,
  standing: Exclude<Standing, { kind: "open" }>,
  vault: WatchedVault,
  resolution: Resolution | null = null,
): RichTextSection {
  const { review } = standing;
  return line(
    bold(`${SAID[review.verdict === "suspicious" ? (resolution ? "resolved" : "suspicious") : "expected"]} · `),
    ...users([...(standing.with ?? []).map(({ by }) => by), review.by]),
    said(", "),
    when(review.at, vault.timezone, "time"),
    ...(review.note ? [said(" — ‘"), quoted(review.note, 600, "an empty note"), said("’")] : []),
    ...(resolution ? [bold(" · resolved by "), user(resolution.by), bold(`: ${OUTCOMES[resolution.outcome]}`)] : []),
    ...(standing.kind === "grown" ? sayCover(alert, standing.openAccesses) : []),
  );
}

const SAID = { suspicious: "🚩 Suspicious", resolved: "🏁 Suspicious", expected: "✅ Expected" };

/** Where it takes two to say Expected: who has, and why one isn't enough. Empty where it takes one. */
export function secondPersonLines(
  alert: Alert,
  { standing, needed }: { standing: Standing; needed: number },
  vault: WatchedVault,
): RichTextElement[][] {
  if (needed < 2 || standing.kind === "decided") return [];
  const why =
    alert.person.slack.kind === "matched"
      ? "because it is critical"
      : `because Slack doesn’t know who ${personName(alert.person)} is`;
  const [first] = standing.pending ?? [];
  if (!first) return [[said("👥 It takes two managers to say Expected, "), said(`${why}.`)]];
  return [
    [
      bold("👥 1 of 2: "),
      user(first.by),
      said(" says Expected, "),
      when(first.at, vault.timezone, "time"),
      said(`; a second manager is needed, ${why}.`),
    ],
  ];
}

function sayCover(alert: Alert, open: number): RichTextElement[] {
  const covered = alert.accesses.length - open;
  const first = covered === 1 ? "the first access" : `the first ${covered}`;
  return [said(` · covers ${first}; `), bold(open === 1 ? "1 more since is open" : `${open} more since are open`)];
}

/** Earlier verdicts that no longer stand and what took them back, oldest first. The record never loses one. */
export function reviewTraces(alert: Alert, standing: Standing, vault: WatchedVault): RichTextElement[][] {
  const current = standing.kind === "open" ? null : standing.review.id;
  const shownAbove = standing.kind === "open" ? [] : (standing.with ?? []);
  const elsewhere = [...shownAbove, ...(standing.kind === "decided" ? [] : (standing.pending ?? []))];
  const past = alert.reviews.filter(({ id }) => id !== current && !elsewhere.some((one) => one.id === id));
  const shown = past.slice(-TRACES);
  const left = past.length - shown.length;
  const rows = shown.map((review) => [
    italic(`${WORDS[review.verdict]} by `),
    user(review.by),
    italic(", "),
    ago(review, vault),
  ]);
  return left > 0 ? [[italic(`${left} earlier ${left === 1 ? "verdict" : "verdicts"} in Details`)], ...rows] : rows;
}

const TRACES = 4;

const WORDS: Record<Review["verdict"], string> = {
  expected: "Earlier: Expected",
  suspicious: "Earlier: Suspicious",
  undone: "Undone",
  reopened: "Re-opened",
};

const ago = (review: Review, vault: WatchedVault) => when(review.at, vault.timezone);
