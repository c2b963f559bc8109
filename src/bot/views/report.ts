import type { KnownBlock, RichTextElement } from "@slack/types";
import { sayDuration } from "../../time.ts";
import type {
  Change,
  Named,
  OpenAlert,
  Report,
  ReportOutcome,
  ReportRefusal,
  ReviewerHealth,
  RotationRow,
  Sight,
  VaultQuestion,
} from "../ports.ts";
import type { MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { answer } from "./answers.ts";
import { limits } from "./limits.ts";
import { bold, bullets, italic, line, lines, quoted, richText, said, user, when } from "./rich-text.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { capital, didWhat, sayTimes } from "./words.ts";

export const REPORT_PAGE = "report_page";

/** What only the asker sees. `carried` tells a page's button which question it belongs to. */
export function reportAnswer(
  outcome: ReportOutcome,
  carried: (question: VaultQuestion, page: number) => string,
): MessageView {
  switch (outcome.kind) {
    case "report":
      return reportMessage(outcome.report, carried);
    case "refused":
      return answer(said(REFUSALS[outcome.reason]));
    case "unknown":
      return withCoverage(answer(said(UNKNOWN[outcome.what])), outcome.coverage);
    case "several": {
      const names = outcome.names.map((name) => `“${clean(name, 120) || "an item"}”`).join(", ");
      const asked = `I know no item of exactly that name. Did you mean ${names}?`;
      return withCoverage(answer(said(asked)), outcome.coverage);
    }
  }
}

/** That nothing was found is only as good as what was reported. */
function withCoverage({ text, blocks }: MessageView, coverage: string[]): MessageView {
  return { text, blocks: [...blocks, ...limits(coverage)] };
}

function reportMessage(report: Report, carried: (question: VaultQuestion, page: number) => string): MessageView {
  const { asked, question, total, page, pages, notes, coverage } = report;
  const rows = rowsOf(report);
  const title = capital(clean(asked, 240) || "what was asked");
  const found = total === 0 ? NOTHING[report.kind] : total === 1 ? "1 line" : `${total} lines`;
  return {
    text: plainMrkdwn(`${title}: ${found}`, 200),
    blocks: [
      richText(line(bold(title), ...(pages > 1 ? [said(` (page ${page + 1} of ${pages})`)] : []))),
      richText(rows.length > 0 ? bullets(rows) : line(said(NOTHING[report.kind]))),
      ...(notes.length > 0 ? [richText(lines(notes.map((note) => [italic(clean(note, 300) || "…")])))] : []),
      ...pageButtons(report, (to) => carried(question, to)),
      ...limits(coverage),
    ],
  };
}

/** How the lines of an answer are to be read, for Slack and for the command line. */
export function reportNotes(
  question: VaultQuestion,
  { total, calledBefore }: { total: number; calledBefore: string | null },
): string[] {
  switch (question.kind) {
    case "who":
      return [
        ...(calledBefore === null
          ? []
          : [`No item is called “${clean(calledBefore, 80) || "so"}” now; this is the one that was called so before.`]),
        ...(total > 0 ? [COUNTED] : []),
      ];
    case "seen":
      return total > 0 ? [COUNTED] : question.person.kind === "slack" ? [SHARED] : [];
    default:
      return [];
  }
}

const SHARED =
  "Where two Slack accounts share their address I can’t tell which is meant, and find nothing by the account; the address finds it.";

const COUNTED =
  "First, last and how often are over all that was ever recorded; purpose and verdict are of the last time.";

/** Rule 10: never "nobody has seen it". */
const NOTHING: Record<Report["kind"], string> = {
  sights: "No recorded access.",
  changes: "No recorded change.",
  open: "Nothing waits for a verdict.",
  reviewers: "No verdict was given.",
  rotation: "Nothing is known to rotate.",
};

function rowsOf(report: Report): RichTextElement[][] {
  const { zone, at } = report;
  switch (report.kind) {
    case "sights":
      return report.rows.map((row) => sightLine(row, zone));
    case "changes":
      return report.rows.map((row) => changeLine(row, zone));
    case "open":
      return report.rows.map((row) => openLine(row, at));
    case "reviewers":
      return report.rows.map(reviewerLine);
    case "rotation":
      return report.rows.map(rotationLine);
  }
}

/** "Dana Ruiz", and where there are two of that name which of them. */
function called({ name, apart }: Named): string {
  const one = clean(name, 60) || "Somebody";
  return apart === null ? one : `${one} (${clean(apart, 80) || "one of several"})`;
}

function sightLine({ who, vault, item, first, last, times, purpose, verdict }: Sight, zone: string): RichTextElement[] {
  return [
    bold(called(who)),
    said(`: ${clean(item, 80) || "an item"} in ${clean(vault, 60) || "a vault"}, `),
    ...(times === 1
      ? [said("once, "), when(last, zone)]
      : [said(`${sayTimes(times)}, first `), when(first, zone), said(", last "), when(last, zone)]),
    ...(purpose
      ? [
          said(purpose.kind === "announced" ? "; announced: ‘" : "; said afterwards: ‘"),
          quoted(purpose.text, 120, "nothing readable"),
          said("’"),
        ]
      : [said("; no purpose")]),
    ...(verdict === null
      ? []
      : verdict.kind === "open"
        ? [said("; no verdict")]
        : [said(`; ${verdict.kind === "suspicious" ? "Suspicious" : "Expected"}, says `), user(verdict.by)]),
  ];
}

function changeLine({ at, vault, item, who, what }: Change, zone: string): RichTextElement[] {
  const isFirst = what.kind === "first-time";
  const act = isFirst ? "opened" : sayChange(what.action);
  return [
    when(at, zone),
    said(": "),
    said(called(who)),
    said(
      ` ${act} ${clean(item, 80) || "an item"} in ${clean(vault, 60) || "a vault"}${isFirst ? " for the first time" : ""}`,
    ),
  ];
}

/** "moved", "deleted"; what has no word of ours is told in the vault's. */
function sayChange(action: string): string {
  return CHANGES[action] ?? didWhat(action);
}

const CHANGES: Record<string, string> = {
  archive: "archived",
  create: "created",
  delete: "deleted",
  favorite: "marked",
  move: "moved",
  rename: "renamed",
  restore: "restored",
  tag: "tagged",
  trash: "threw away",
};

function openLine({ vault, who, items, openedAt, severity, link }: OpenAlert, now: Date): RichTextElement[] {
  const names = items.slice(0, 3).map((item) => clean(item, 60) || "an item");
  const more = items.length > 3 ? ` and ${items.length - 3} more` : "";
  return [
    bold(called(who)),
    said(
      `: ${names.join(", ")}${more} in ${clean(vault, 60) || "a vault"}, ${SEVERITY[severity]}, waits for ${sayDuration(now.getTime() - openedAt.getTime())}`,
    ),
    ...(link === null ? [] : [said(". "), { type: "link" as const, url: link, text: "Show" }]),
  ];
}

const SEVERITY = { note: "for the record", warning: "worth a look", critical: "needs a look now" };

function reviewerLine({ who, verdicts, medianMs }: ReviewerHealth): RichTextElement[] {
  return [
    bold(called(who)),
    said(
      `: ${verdicts === 1 ? "1 verdict" : `${verdicts} verdicts`}; half of what they judged had waited ${sayDuration(medianMs)} at most`,
    ),
  ];
}

function rotationLine({ vault, item, state }: RotationRow): RichTextElement[] {
  return [
    bold(clean(item, 80) || "An item"),
    said(
      ` in ${clean(vault, 60) || "a vault"}: ${{ must: "to rotate", judge: "for you to judge", done: "done" }[state.kind]}`,
    ),
  ];
}

function pageButtons({ page, pages }: Report, carried: (page: number) => string): KnownBlock[] {
  if (pages < 2) return [];
  const button = (words: string, to: number) => ({
    type: "button" as const,
    action_id: `${REPORT_PAGE}:${words.toLowerCase()}`,
    text: plain(words),
    value: carried(to),
  });
  const buttons = [
    ...(page > 0 ? [button("Before", page - 1)] : []),
    ...(page + 1 < pages ? [button("More", page + 1)] : []),
  ];
  return buttons.length > 0 ? [{ type: "actions", elements: buttons }] : [];
}

const REFUSALS: Record<ReportRefusal, string> = {
  "unknown-clicker": "Slack couldn’t tell me just now who you are, so I can’t answer. Please try again in a minute.",
  deactivated: "This Slack account is deactivated, so I can’t answer.",
  bot: "A bot can’t ask this: it takes a person.",
  stranger: "You are here from another workspace, so I can’t tell you about the vaults of this one.",
  guest: "Guests of this workspace can’t ask about its vaults.",
  "not-a-manager":
    "Only the managers of a vault can ask this, and you are not one here. What is recorded of you is in my Home tab.",
  "leads-only": "Only those who answer for all vaults can ask this.",
};

export const SINCE_UNREADABLE =
  "I can’t tell since when. Please write it like “since January”, “since monday” or “since 2026-03-01”.";

const UNKNOWN = {
  item: "I know no item of that name in the vaults that you answer for: it isn’t configured, and no access to it was ever reported. Please check how it is written.",
  person:
    "No recorded access of this person, or two Slack accounts share their address and I can’t tell which is meant. An e-mail address works too.",
  vault: "You answer for no vault of that name here. Please name it as it is called in Slack.",
  since: SINCE_UNREADABLE,
};
