import { vaults } from "../cast.ts";
import { look, type Seen } from "../picture.ts";
import type { Posted } from "../slack.ts";
import type { Facts } from "./facts.ts";

/** What was reported up to the last moment is waited for; what isn't judged, for so long. */
const graceMs = 10_000;
const patienceMs = 5 * 60_000;
const lateMs = 15 * 60_000;

type Shown = Seen & { message: Posted };

/** I8: each channel has one digest of the week, not before its time; it says what was late or missed, and its numbers are right. */
export async function judgeDigests(facts: Facts): Promise<string[]> {
  const { digests, slack, server } = facts;
  const all = slack.messages.map((message) => ({ ...look(message), message })).filter(({ kind }) => kind === "digest");
  if (digests === null) return all.length > 0 ? ["I8: there is a digest, and nobody wants one"] : [];
  const problems: string[] = [];
  for (const vault of vaults) {
    const there = all.filter(({ message }) => message.channel === vault.channel);
    const visible = there.filter(({ message }) => message.deleted === null);
    const [main, ...more] = visible.filter(({ message }) => message.threadTs === null);
    const details = visible.filter(({ message }) => message.threadTs !== null);
    if (!main || more.length > 0) {
      problems.push(`I8: ${vault.channel} has ${main ? more.length + 1 : 0} digests`);
      continue;
    }
    if (details.length !== 1 || details[0]?.message.threadTs !== main.message.ts)
      problems.push(`I8: the digest of ${vault.channel} has ${details.length} details in its thread`);
    if (there.some(({ message }) => message.at < digests.dueAt + graceMs))
      problems.push(`I8: ${vault.channel} has its digest before its time`);
    problems.push(...lateness(main, vault.channel, facts), ...numbers(main, vault, facts));
    const anchor = /record stands at entry (\d+), ([0-9a-f]{16})/.exec(main.words);
    const { rows } = await server.query("select encode(hash, 'hex') as hash from record where seq = $1", [anchor?.[1]]);
    const isFirst = anchor?.[1] === "0";
    if (!anchor || (!isFirst && !String(rows[0]?.hash).startsWith(anchor[2] ?? "-")))
      problems.push(`I6: what the digest of ${vault.channel} says of the record isn't so: ${anchor?.[0]}`);
  }
  return problems;
}

function lateness({ words, message }: Shown, channel: string, { digests, times }: Facts): string[] {
  if (digests === null) return [];
  const saysLate = /’s digest, made [^.]+ after its hour\./.test(words);
  const saysMissed = /(?:The digest|The (\d+) digests) before it (?:was|were) never made/.exec(words);
  const missed = saysMissed === null ? 0 : Number(saysMissed[1] ?? 1);
  const mustBeLate = times.startAt - digests.dueAt >= lateMs;
  const mayBeLate = message.at - digests.dueAt >= lateMs;
  const problems: string[] = [];
  if (mustBeLate && !saysLate) problems.push(`I8: the digest of ${channel} is late, and doesn't say so`);
  if (saysLate && !mayBeLate) problems.push(`I8: the digest of ${channel} says that it is late, and isn't`);
  if (missed !== digests.missed)
    problems.push(`I8: the digest of ${channel} says that ${missed} were missed, and it was ${digests.missed}`);
  return problems;
}

/** Counted again: what was certainly reported before the week ended, and what may have been. */
function numbers({ words, message }: Shown, { id, channel }: { id: string; channel: string }, facts: Facts): string[] {
  const { digests, vault } = facts;
  if (digests === null) return [];
  const { dueAt } = digests;
  const said = /^(\d+) access(?:es)?\b/m.exec(words)?.[1];
  const exposures = vault.events.filter((event) => event.vault.id === id && event.isExposure);
  const deliveriesOf = (n: number) => vault.deliveries.filter(({ events }) => events.some((event) => event.n === n));
  const mayCount = exposures.filter(({ n }) => deliveriesOf(n).some(({ firstSentAt }) => firstSentAt < dueAt));
  // What isn't judged after five minutes isn't waited for.
  const mustCount = exposures.filter(
    ({ n }) =>
      message.at < dueAt + patienceMs &&
      deliveriesOf(n).some(({ acknowledgements }) => acknowledgements.some(({ at }) => at < dueAt)),
  );
  const isRight = said !== undefined && Number(said) >= mustCount.length && Number(said) <= mayCount.length;
  return isRight
    ? []
    : [
        `I8: the digest of ${channel} counts ${said} accesses, and there were ${mustCount.length} to ${mayCount.length}`,
      ];
}
