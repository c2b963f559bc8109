import type { KnownBlock, RichTextElement } from "@slack/types";
import type { Alert, AlertAccess, Finding, Review, WatchedVault } from "../../model.ts";
import type { MessageView } from "./alert.ts";
import { sayPurpose, sayReported } from "./alert-facts.ts";
import { bold, bullets, italic, line, lines, quote, quoted, richText, said, user, when } from "./rich-text.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { didWhat, itemTitle, personName, sayDevice, sayState, sayUrgency, vaultName } from "./words.ts";

/** Everything there is to show of a sitting, for one reader: each access with its findings, and every verdict. */
export function alertDetails(alert: Alert, vault: WatchedVault): MessageView {
  const newest = alert.accesses.toReversed();
  const shown = newest.slice(0, ACCESSES);
  const left = newest.length - shown.length;
  const total = alert.accesses.length === 1 ? "1 access" : `${alert.accesses.length} accesses`;
  const who = personName(alert.person);
  return {
    text: `Details: ${plainMrkdwn(who, 40)}, ${plainMrkdwn(vaultName(vault), 40)}, ${total}`,
    blocks: [
      richText(
        line(
          bold(`${who} in ${vaultName(vault)}: ${total}`),
          said(left > 0 ? `, the newest ${ACCESSES} shown` : ", newest first"),
        ),
      ),
      ...shown.map((access) => accessBlock(access, vault)),
      ...whatToDo(shown),
      ...verdicts(alert.reviews, vault),
    ],
  };
}

/** With the heading and the verdicts, well within Slack's 50 blocks and within what one message may weigh. */
const ACCESSES = 25;

function accessBlock(shown: AlertAccess, vault: WatchedVault): KnownBlock {
  const { access, assessment, intent } = shown;
  const { emoji, word } = sayState(assessment);
  const reported = sayReported(access, vault.timezone);
  const device = sayDevice(access);
  const version = clean(access.item.version ?? "", 20);
  const rows: RichTextElement[][] = [
    [
      bold(`${emoji} ${itemTitle(access, vault)}${version && ` (version ${version})`} `),
      said(`${didWhat(access.action)} `),
      when(access.occurredAt, vault.timezone),
      said(` · ${word.toLowerCase()}, ${sayUrgency(assessment)}`),
    ],
    [said("Purpose: "), ...sayPurpose(intent, vault)],
    ...(device ? [[said(`With: ${device}`)]] : []),
    ...(reported ? [[said(`Late: ${reported}`)]] : []),
    ...(shown.hasConflict ? [[italic("Reported again with other content; what came first is shown.")]] : []),
    [
      italic(
        `Source ${clean(access.source, 40)}, event ${clean(access.eventId, 60)}, policy version ${clean(assessment.policyVersion, 40)}`,
      ),
    ],
  ];
  const findings = assessment.findings.slice(0, FINDINGS).map(sayFinding);
  const left = assessment.findings.length - findings.length;
  if (left > 0) findings.push([italic(`and ${left} more`)]);
  return richText(
    lines(rows),
    quote(quoted(assessment.sentence, 300, "No reason was given.")),
    ...(findings.length > 0 ? [bullets(findings)] : []),
  );
}

/** More than this about one access is not read; the loudest policies come first. */
const FINDINGS = 6;

function sayFinding({ policy, severity, reason }: Finding): RichTextElement[] {
  return [said(`${clean(policy, 40)}, ${severity}: `), quoted(reason, 200, "no reason given")];
}

/** The runbook lines of what was found, once each, for what asks for a look. */
function whatToDo(accesses: AlertAccess[]): KnownBlock[] {
  const asking = accesses.flatMap(({ assessment }) =>
    assessment.findings.filter(({ severity }) => severity !== "note"),
  );
  const lines = new Map(asking.flatMap(({ policy, whatToDo }) => (whatToDo ? [[policy, whatToDo] as const] : [])));
  if (lines.size === 0) return [];
  const rows = [...lines]
    .slice(0, FINDINGS)
    .map(([policy, line]) => [said(`${clean(policy, 40)}: `), quoted(line, 200, "no advice was given")]);
  return [richText(line(bold("What you can do")), bullets(rows))];
}

const VERDICTS: Record<Review["verdict"], string> = {
  expected: "Expected",
  suspicious: "Suspicious",
  undone: "Undone",
  reopened: "Re-opened",
};

function verdicts(reviews: Review[], vault: WatchedVault): KnownBlock[] {
  if (reviews.length === 0) return [];
  const rows = reviews
    .slice(-20)
    .map((review) => [
      said(`${VERDICTS[review.verdict]} by `),
      user(review.by),
      said(", "),
      when(review.at, vault.timezone),
      ...(review.note ? [said(" — ‘"), quoted(review.note, 200, "an empty note"), said("’")] : []),
    ]);
  return [richText(line(bold("What was said of it")), bullets(rows))];
}
