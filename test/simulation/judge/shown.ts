import { channels, fallbackChannel } from "../cast.ts";
import type { Family } from "../families.ts";
import { look, lookAt, type Seen } from "../picture.ts";
import type { Posted } from "../slack.ts";
import type { VaultEvent } from "../vault.ts";
import type { Facts } from "./facts.ts";

type Shown = Seen & { message: Posted };

/** I2 and I3: what Slack shows in the end is one message for everything that there is to show, and it is up to date. */
export function judgeShown(facts: Facts): string[] {
  const shown: Shown[] = facts.slack.visible().map((message) => ({ ...look(message), message }));
  return [
    ...once(shown),
    ...onceAllAlong(facts),
    ...eventsShown(facts, shown),
    ...floodsShown(facts),
    ...sittingsShown(facts, shown),
    ...conflictsShown(facts, shown),
    ...intentsShown(facts, shown),
    ...ownClicksShown(facts, shown),
  ];
}

/** I3: of each alert, announcement and note there is one visible message in a channel. */
function once(shown: Shown[]): string[] {
  const seen = new Map<string, number>();
  for (const { kind, subject, message, words } of shown) {
    const key = kind === "other" ? `other ${words}` : `${kind} ${subject} in ${where(message)}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return [...seen].flatMap(([key, count]) => (count > 1 ? [`I3: ${count} visible messages of ${key}`] : []));
}

/** An alert that was deleted by hand comes back as another thread, and its notes may be in both. */
const where = ({ channel, threadTs }: Posted) => (threadTs === null ? channel : `${channel}, thread ${threadTs}`);

/** What makes a second copy unavoidable for a while; it is removed, and `once` sees to that. */
const excuses: Family[] = ["late-accept", "history-refused", "slow"];

/** I3, where Slack can be looked through and nobody stands still: there was never a second copy, not even for a while. */
function onceAllAlong({ slack, faults }: Facts): string[] {
  if (excuses.some((family) => faults.has(family))) return [];
  const copies = slack.messages.filter(({ deleted }) => deleted?.by === "bot");
  return copies.map(
    (message) => `I3: there was a second copy of ${look(message).kind} ${look(message).subject} for a while`,
  );
}

/** I2: every access that counts stands in one alert in its vault's channel; what doesn't count in none. */
function eventsShown({ vault, slack, faults }: Facts, shown: Shown[]): string[] {
  return vault.events.flatMap((event) => {
    const { n, isExposure } = event;
    const { channel } = event.vault;
    const where = shown.filter(({ kind, events }) => kind === "alert" && events.includes(n));
    const subjects = new Set(where.map(({ subject }) => subject));
    const expected = channel !== null && isExposure ? 1 : 0;
    const floods = new Set(
      shown.filter(({ kind, events }) => kind === "flood" && events.includes(n)).map(({ subject }) => subject),
    );
    if (floods.size > expected) return [`I2: e${n} stands in ${floods.size} flood messages`];
    if (subjects.size < expected && floods.size === expected) return [];
    if (subjects.size < expected && shown.some((seen) => isCounted(event, vault.events, seen))) return [];
    if (subjects.size > expected) return [`I2: e${n} stands in ${subjects.size} alerts instead of ${expected}`];
    if (subjects.size < expected && !wasDeleted(slack.messages, n)) return [`I2: e${n} isn't shown in ${channel}`];
    const strayed = where.some(
      ({ message }) => message.channel !== channel && !(message.channel === fallbackChannel && faults.has("outage")),
    );
    return strayed ? [`I2: e${n} is shown in another channel than its vault's`] : [];
  });
}

/** A line of a flood names three items of one sitting and counts the others: the count must be that of the sitting. */
export function isCounted(event: VaultEvent, all: VaultEvent[], { kind, words }: Seen): boolean {
  if (kind !== "flood") return false;
  const sitting = all.filter(({ cluster, isExposure }) => cluster === event.cluster && isExposure);
  const names = new RegExp(
    `Key e(${sitting.map(({ n }) => n).join("|")})(?!\\d).* more \\(${sitting.length} accesses\\)`,
  );
  return words.split("\n").some((line) => names.test(line));
}

/** Where nothing goes wrong, everything that comes at once is represented soon, although Slack takes one message a second. */
const calm: Family[] = ["flood", "interleaving", "no-metadata", "small-pages", "stale-history", "mail-refused"];
const soonMs = 20_000;

function floodsShown({ vault, slack, faults }: Facts): string[] {
  if (!faults.has("flood") || faults.names().some((family) => !calm.includes(family))) return [];
  const crowded = vault.deliveries.filter(({ messageId }) => messageId.startsWith("msg_rush"));
  return crowded.flatMap(({ events, acknowledgements }) => {
    const by = (acknowledgements[0]?.at ?? Infinity) + soonMs;
    const seen = new Set(
      slack.messages.flatMap(({ pictures }) =>
        pictures.filter(({ at }) => at <= by).flatMap((picture) => lookAt(picture).events),
      ),
    );
    const late = events.filter(({ n }) => !seen.has(n)).map(({ n }) => `e${n}`);
    return late.length > 0 ? [`Flood: ${late.join(", ")} came with many, and weren't represented within 20 s`] : [];
  });
}

/** Somebody deleted its alert by hand, perhaps before it named the event: that becomes known at the next edit alone. */
function wasDeleted(messages: Posted[], n: number): boolean {
  const deleted = messages.filter((one) => one.deleted?.by === "human").map((one) => look(one).subject);
  const alerts = messages.map((message) => look(message)).filter(({ events }) => events.includes(n));
  return deleted.length > 0 && (alerts.length === 0 || alerts.some(({ subject }) => deleted.includes(subject)));
}

/** One sitting is one alert: the accesses of one person in one vault within minutes, whoever judged them. */
function sittingsShown({ vault }: Facts, shown: Shown[]): string[] {
  const clusters = Map.groupBy(vault.events, ({ cluster }) => cluster);
  return [...clusters].flatMap(([cluster, events]) => {
    const alerts = shown.filter(
      ({ kind, events: named }) => kind === "alert" && events.some(({ n }) => named.includes(n)),
    );
    const subjects = new Set(alerts.map(({ subject }) => subject));
    return subjects.size > 1 ? [`I2: one sitting (${cluster}) became ${subjects.size} alerts`] : [];
  });
}

/** T7: the same id with other content is said in the alert. */
function conflictsShown({ vault, slack }: Facts, shown: Shown[]): string[] {
  const conflicting = vault.deliveries.filter((one) => one.isConflicting && one.acknowledgements.length > 0);
  return conflicting.flatMap(({ events }) =>
    events.flatMap(({ n, vault: { channel }, isExposure }) => {
      if (channel === null || !isExposure || wasDeleted(slack.messages, n)) return [];
      const alert = shown.find(({ kind, events: named }) => kind === "alert" && named.includes(n));
      return alert?.saysConflict === false
        ? [`T7: the alert of e${n} doesn't say that it came with other content`]
        : [];
    }),
  );
}

/** What was announced, and what became of it, stands in the channels that it is about. */
function intentsShown({ announcements }: Facts, shown: Shown[]): string[] {
  return announcements.flatMap(({ n, intentId, vaultId, end }) => {
    if (intentId === null) return [];
    const where = vaultId === null ? channels : [vaultId === "v_cards" ? "C0CARDS" : "C0BANK"];
    return where.flatMap((channel) => {
      const message = shown.find(
        ({ kind, subject, message }) => kind === "intent" && subject === intentId && message.channel === channel,
      );
      if (!message) return [`I2: the announcement Q${n} isn't shown in ${channel}`];
      const isStale = end !== null && end.confirmedAt < Infinity && !message.saysEnded;
      return isStale ? [`I2: ${channel} still shows Q${n} as standing, and it was ${end?.how}`] : [];
    });
  });
}

/** T1: whoever tried to clear themselves is named in the thread. */
function ownClicksShown({ clicks, slack }: Facts, shown: Shown[]): string[] {
  return clicks.flatMap(({ by, answer, seen }) => {
    if (answer?.kind !== "refused" || answer.reason !== "own-access") return [];
    const named = slack.messages.map(look).filter((one) => isItsAlert(one, seen));
    if (named.some(({ events }) => events.some((n) => wasDeleted(slack.messages, n)))) return [];
    const notes = shown.filter(({ kind, words }) => kind === "note" && words.startsWith(`@${by} pressed a button`));
    const alerts = slack.messages.filter((message) => isItsAlert(look(message), seen)).map(({ ts }) => ts);
    const isSaid = notes.some(({ message }) => message.threadTs !== null && alerts.includes(message.threadTs));
    return isSaid ? [] : [`T1: ${by} pressed a button on their own access, and the thread doesn't say so`];
  });
}

const isItsAlert = ({ kind, alertId }: Seen, seen: Seen) => kind === "alert" && alertId === seen.alertId;
