import type { Check } from "../../bot/checks.ts";
import type { WorkFacts } from "../../store/doctor.ts";
import { bad, good, sayAge, warning } from "./say.ts";

/** Longer than judging, and than the lane of a channel, needs for a busy two minutes. */
const overdueSeconds = 120;

/** What waits longer than it should: the traces that a fault leaves in the tables. */
export function lookAtWork({
  unjudged,
  quarantined,
  channels,
  outageSeconds,
  silent,
  gaps,
  compared,
}: WorkFacts): Check[] {
  const checks: Check[] = [];
  if (unjudged.count > 0 && unjudged.oldestSeconds > overdueSeconds) {
    const finding = `${unjudged.count} accesses aren't judged yet, the oldest for ${sayAge(unjudged.oldestSeconds)}`;
    checks.push(bad("judging", finding, "Start Vaultbell; if it runs, its log says why (“could not be judged”)."));
  }
  for (const { channel, waiting, oldestSeconds, trouble } of channels) {
    if (oldestSeconds <= overdueSeconds && trouble === null) continue;
    const says = trouble === null ? "" : `; Slack says ${trouble}`;
    const finding = `${waiting} messages wait, the oldest for ${sayAge(oldestSeconds)}${says}`;
    checks.push(bad(`messages for ${channel}`, finding, mendTrouble(trouble)));
  }
  if (outageSeconds !== null) {
    const finding = `alerts have been shown nowhere for ${sayAge(outageSeconds)}`;
    checks.push(bad("outage", finding, "Mend what Slack says above; nothing is lost, and what waits is shown then."));
  }
  for (const { source, seconds } of silent) {
    const finding = `has said nothing for ${sayAge(seconds)}, which is not its rhythm`;
    const remedy = "Look in the vault service whether the webhook is still on and what its last answer was.";
    checks.push(warning(`source ${source}`, finding, remedy));
  }
  for (const { source, since, until } of gaps) {
    const from = since === null ? "" : ` from ${sayInstant(since)}`;
    const finding = `what it wrote${from} to ${sayInstant(until)} was gone before it was read`;
    const remedy = "Look into its older logs for that time, and let them stay uncompressed for a day (delaycompress).";
    checks.push(warning(`source ${source}`, finding, remedy));
  }
  if (quarantined > 0) {
    const finding = `${quarantined} authentic deliveries could not be understood`;
    const remedy = "They are kept: select received_at, problem from delivery where problem is not null.";
    checks.push(warning("quarantine", finding, remedy));
  }
  const work = checks.length > 0 ? checks : [good("work", "nothing waits that shouldn't")];
  return [...work, ...compared.map(lookAtComparison)];
}

/** What was missed is told already; that it was is worth a look at why. */
function lookAtComparison({ source, until, isLongAgo, missed }: WorkFacts["compared"][number]): Check {
  const what = `source ${source}`;
  const many = missed === 1 ? "one access had" : `${missed} accesses had`;
  const found = missed === 0 ? "" : `: ${many} been missed in the last week`;
  if (isLongAgo) {
    const since = until === null ? "was never compared" : `was last compared up to ${sayInstant(until)}`;
    const finding = `one of its own lists ${since}`;
    const remedy = "What came late since then may be missing; the log says why (“source's own list not read”).";
    return warning(what, `${finding}${found}`, remedy);
  }
  if (until === null && missed === 0) return good(what, "is compared with its own list from the next day on");
  const upTo = until === null ? "compared with its own list" : `compared with its own list up to ${sayInstant(until)}`;
  if (missed === 0) return good(what, `${upTo}: nothing was missing`);
  const remedy = "They are recorded and told. Look whether apps were offline; docs/sources says what comes late.";
  return warning(what, `${upTo}${found}`, remedy);
}

/** To the second, in UTC. */
function sayInstant(instant: string): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

function mendTrouble(trouble: string | null): string {
  if (trouble === null) return "Start Vaultbell; if it runs, its log says why.";
  if (/^(is_archived|channel_not_found|not_in_channel|restricted_action)/.test(trouble)) {
    return "Mend the channel (see its line), or name another one in vaultbell.yaml; `fallback: channel` shows alerts meanwhile.";
  }
  if (/^ratelimited/.test(trouble)) return "Nothing to do: it goes on when Slack lets it.";
  if (/auth|token|account/.test(trouble)) return "Put a new bot token into SLACK_BOT_TOKEN.";
  return "docs/slack-app.md has what Slack's words mean; what waits is tried again by itself.";
}
