import type { KnownBlock, RichTextElement } from "@slack/types";
import type { WatchedVault } from "../../model.ts";
import { sayAgo, sayDuration } from "../../time.ts";
import { heading } from "./home-heading.ts";
import { bold, bullets, italic, line, lines, richText, said, user } from "./rich-text.ts";
import { vaultName } from "./words.ts";

/** How the whole is, for those who answer for it. */
export interface Leading {
  slack: {
    /** Messages that Slack doesn't show yet, and since when the oldest waits. */
    waiting: number;
    oldestSince: Date | null;
    outage: { beganAt: Date; endedAt: Date | null } | null;
  };
  vaults: { vault: WatchedVault; lastHeardAt: Date | null; open: number; oldestOpenAt: Date | null }[];
  reviewers: { by: string; verdicts: number; medianMs: number }[];
}

const VAULTS = 20;
const REVIEWERS = 10;

export function leadBlocks({ slack, vaults, reviewers }: Leading, now: Date): KnownBlock[] {
  const shown = [...vaults].sort(
    (a, b) =>
      (a.oldestOpenAt?.getTime() ?? Number.POSITIVE_INFINITY) - (b.oldestOpenAt?.getTime() ?? Number.POSITIVE_INFINITY),
  );
  const rest = shown.length - VAULTS;
  return [
    heading("How the whole is"),
    richText(lines(slackLines(slack, now))),
    richText(
      bullets(shown.slice(0, VAULTS).map((one) => vaultLine(one, now))),
      ...(rest > 0 ? [line(italic(`and ${rest} more vaults`))] : []),
    ),
    ...(reviewers.length > 0
      ? [
          richText(
            line(
              bold("Verdicts in the last 30 days"),
              said(", and how long half of what was judged had waited at most:"),
            ),
            bullets(reviewers.slice(0, REVIEWERS).map(reviewerLine)),
          ),
        ]
      : [richText(line(said("No verdict was given in the last 30 days.")))]),
  ];
}

function slackLines({ waiting, oldestSince, outage }: Leading["slack"], now: Date): RichTextElement[][] {
  const pace =
    waiting === 0 || !oldestSince
      ? "Slack shows everything that it should."
      : `${waiting === 1 ? "1 message waits" : `${waiting} messages wait`} to be shown in Slack, the oldest for ${sayDuration(now.getTime() - oldestSince.getTime())}.`;
  const trouble = !outage
    ? "There was no outage in the last 7 days."
    : outage.endedAt
      ? `The last outage was ${sayAgo(outage.beganAt, now)} and lasted ${sayDuration(outage.endedAt.getTime() - outage.beganAt.getTime())}.`
      : `⚠️ For ${sayDuration(now.getTime() - outage.beganAt.getTime())} alerts can’t be shown in Slack.`;
  return [[said(pace)], [said(trouble)]];
}

function vaultLine(
  { vault, lastHeardAt, open, oldestOpenAt }: Leading["vaults"][number],
  now: Date,
): RichTextElement[] {
  return [
    bold(vaultName(vault)),
    said(lastHeardAt ? `: last heard of ${sayAgo(lastHeardAt, now)}; ` : ": no recorded access yet; "),
    said(
      open === 0 || !oldestOpenAt
        ? "nothing waits for a verdict"
        : `${open === 1 ? "1 alert waits" : `${open} alerts wait`} for a verdict, the oldest for ${sayDuration(now.getTime() - oldestOpenAt.getTime())}`,
    ),
  ];
}

function reviewerLine({ by, verdicts, medianMs }: Leading["reviewers"][number]): RichTextElement[] {
  return [user(by), said(`: ${verdicts === 1 ? "1 verdict" : `${verdicts} verdicts`}, ${sayDuration(medianMs)}`)];
}
