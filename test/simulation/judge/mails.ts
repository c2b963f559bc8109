import type { Family } from "../families.ts";
import { lookAt } from "../picture.ts";
import type { Facts } from "./facts.ts";

/** With these, a process may die or lose its database between what it notes and what it sends, or notice late. */
const excuses: Family[] = ["crash", "slow", "connection-lost", "commit-unknown", "lost-wake"];

/** With these, we may not know that Slack shows it. */
const doubts: Family[] = [
  "accept-then-reset",
  "accept-then-timeout",
  "late-accept",
  "server-error",
  "ambiguous-word",
  "truncated-answer",
  "no-ts",
  "deleted-by-a-human",
  ...excuses,
];

/** DESIGN, rule 9: an outage is noticed after two minutes, and there is a look every quarter of a minute. */
const patienceMs = 120_000;
const noticedWithinMs = 60_000;

/** When alerts can't be shown for minutes, people are told by mail: once, truly, and once more when it is over. */
export function judgeMails({ mails, vault, slack, faults }: Facts): string[] {
  if (!faults.has("outage")) return [];
  const begun = mails.filter(({ subject }) => subject.includes("can't be shown"));
  const over = mails.filter(({ subject }) => subject.includes("everything again"));
  const told = begun.filter(({ isTaken }) => isTaken);
  const waits = waitsOf({ vault, slack });
  const problems: string[] = [];
  const mayNotKnow = doubts.some((family) => faults.has(family));
  const untrue = begun.find(
    ({ at }) => !waits.some(({ from, until }) => from + patienceMs <= at + 1_000 && (mayNotKnow || at <= until)),
  );
  if (untrue) problems.push("Rule 9: people were told that alerts can't be shown, and none had waited for two minutes");
  if (told.length > 1 + over.length)
    problems.push(`Rule 9: ${told.length} mails were sent about ${1 + over.length} outage`);
  if (over.length > begun.length) problems.push("Rule 9: people were told that it is over, and not that it had begun");
  if (excuses.some((family) => faults.has(family))) return problems;
  const missed = waits.find(
    ({ from, until }) =>
      until - from > patienceMs + noticedWithinMs && !begun.some(({ at }) => at <= from + patienceMs + noticedWithinMs),
  );
  if (missed)
    problems.push(`Rule 9: ${missed.what} waited for ${(missed.until - missed.from) / 1000} s, and nobody was told`);
  if (told.length > over.length) problems.push("Rule 9: people weren't told that everything is shown again");
  return problems;
}

/** How long each sitting was known to us and nothing of it was to be seen in Slack. */
function waitsOf({ vault, slack }: Pick<Facts, "vault" | "slack">): { what: string; from: number; until: number }[] {
  const shown = slack.messages.flatMap(({ pictures }) =>
    pictures.map((picture) => ({ at: picture.at, events: lookAt(picture).events })),
  );
  const exposures = vault.events.filter(({ vault: { channel }, isExposure }) => channel !== null && isExposure);
  return [...Map.groupBy(exposures, ({ cluster }) => cluster)].flatMap(([what, events]) => {
    const numbers = new Set(events.map(({ n }) => n));
    const acknowledged = vault.deliveries
      .filter((delivery) => delivery.events.some(({ n }) => numbers.has(n)))
      .flatMap(({ acknowledgements }) => acknowledgements.map(({ at }) => at));
    const seen = shown.filter((one) => one.events.some((n) => numbers.has(n))).map(({ at }) => at);
    return acknowledged.length > 0 ? [{ what, from: Math.min(...acknowledged), until: Math.min(...seen) }] : [];
  });
}
