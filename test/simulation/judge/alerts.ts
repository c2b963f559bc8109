import type { Said } from "../answerers.ts";
import { mayJudge } from "../cast.ts";
import type { Click } from "../clickers.ts";
import { look, lookAt, type Seen } from "../picture.ts";
import type { VaultEvent } from "../vault.ts";
import type { Facts } from "./facts.ts";
import { mayExplain } from "./intents.ts";

/** One alert, as everybody outside the product came to know it. */
export interface KnownAlert {
  id: string;
  /** Those that any picture of it named. */
  events: VaultEvent[];
  /** Of which nobody announced anything that might explain them: they ask for a verdict for certain. */
  unexplained: VaultEvent[];
  newestRevision: number;
  /** What its own message shows in the end; `null`: it has none, or somebody deleted it. */
  final: Seen | null;
  clicks: Click[];
  /** Those that count, or may: by somebody who may judge, and not refused. */
  counted: Click[];
  said: Said[];
  /** "That wasn't me", said and not refused. */
  denials: Said[];
}

export function alertsOf({ vault, slack, clicks, answers, announcements }: Facts): KnownAlert[] {
  const pictures = slack.messages.flatMap((message) => message.pictures.map(lookAt));
  const byId = Map.groupBy(
    pictures.filter(({ alertId }) => alertId !== ""),
    ({ alertId }) => alertId,
  );
  const wasDeleted = new Set(
    slack.messages.filter(({ deleted }) => deleted?.by === "human").map((m) => look(m).alertId),
  );
  return [...byId].map(([id, seen]) => {
    const named = new Set(seen.flatMap(({ events }) => events));
    const events = vault.events.filter(({ n }) => named.has(n));
    const actor = events[0]?.actor;
    const about = clicks.filter((click) => click.seen.alertId === id);
    const said = answers.filter((one) => one.seen.alertId === id);
    const visible = slack.visible().map(look);
    return {
      id,
      events,
      unexplained: events.filter((event) => event.isExposure && !announcements.some((one) => mayExplain(one, event))),
      newestRevision: Math.max(0, ...seen.map(({ revision }) => revision)),
      final: wasDeleted.has(id)
        ? null
        : (visible.find(({ kind, alertId }) => kind === "alert" && alertId === id) ?? null),
      clicks: about,
      counted: about.filter(
        ({ by, answer }) => actor !== undefined && mayJudge(by, actor) && answer?.kind !== "refused",
      ),
      said,
      denials: said.filter(({ what, answer }) => what === "not-mine" && answer?.kind !== "refused"),
    };
  });
}

/** When the service learnt of the first of these events: not before, and not after. */
export function learntOf(events: VaultEvent[], { vault }: Pick<Facts, "vault">): { from: number; until: number } {
  const about = vault.deliveries.filter((one) => one.events.some((event) => events.includes(event)));
  return {
    from: Math.min(...about.map(({ firstSentAt }) => firstSentAt)),
    until: Math.min(...about.flatMap(({ acknowledgements }) => acknowledgements.map(({ at }) => at))),
  };
}

/** What is due so long before the end is done by then: a refused post waits up to five minutes for its next attempt. */
export const settledMs = 330_000;
