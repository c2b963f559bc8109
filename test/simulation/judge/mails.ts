import type { Family } from "../families.ts";
import { lookAt } from "../picture.ts";
import type { Facts } from "./facts.ts";
import { isCounted } from "./shown.ts";

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
  // What comes while people know that nothing is shown isn't told one by one.
  const isTold = ({ from }: Waited) =>
    begun.some(
      ({ at }) => at <= from + patienceMs + noticedWithinMs && !over.some((ended) => ended.at > at && ended.at <= from),
    );
  const missed = waits.find((one) => one.until - one.from > patienceMs + noticedWithinMs && !isTold(one));
  if (missed)
    problems.push(`Rule 9: ${missed.what} waited for ${(missed.until - missed.from) / 1000} s, and nobody was told`);
  if (told.length > over.length) problems.push("Rule 9: people weren't told that everything is shown again");
  return problems;
}

interface Waited {
  what: string;
  from: number;
  until: number;
}

/** How long each access was known to us and not to be seen in Slack, by itself or with many: one that joins an alert, too. */
function waitsOf({ vault, slack }: Pick<Facts, "vault" | "slack">): Waited[] {
  const all = slack.messages.flatMap(({ pictures }) =>
    pictures.map((picture) => ({ at: picture.at, seen: lookAt(picture) })),
  );
  const pictures = all.filter(({ seen: { kind } }) => kind === "alert" || kind === "flood");
  const exposures = vault.events.filter(({ vault: { channel }, isExposure }) => channel !== null && isExposure);
  return exposures.flatMap((event) => {
    const acknowledged = vault.deliveries
      .filter(({ events }) => events.includes(event))
      .flatMap(({ acknowledgements }) => acknowledgements.map(({ at }) => at));
    if (acknowledged.length === 0) return [];
    const shows = pictures.filter(({ seen }) => seen.events.includes(event.n) || isCounted(event, exposures, seen));
    const until = Math.min(...shows.map(({ at }) => at));
    return [{ what: `e${event.n}`, from: Math.min(...acknowledged), until }];
  });
}
