import type { Announcement } from "../announcers.ts";
import { look } from "../picture.ts";
import type { VaultEvent } from "../vault.ts";
import type { Facts } from "./facts.ts";

/** I9: an access is shown as explained if, and only if, a purpose was announced before it happened and stood then. */
export function judgeIntents({ vault, slack, announcements, answers }: Facts): string[] {
  // What the person says wasn't them is red, whatever was announced.
  const denied = new Set(answers.filter(({ what }) => what === "not-mine").map(({ seen }) => seen.alertId));
  const alerts = slack
    .visible()
    .map(look)
    .filter(({ kind }) => kind === "alert");
  return vault.events.flatMap((event) =>
    alerts
      .filter(({ events }) => events.includes(event.n))
      .flatMap(({ alertId, explained, purpose, events }) => {
        const isExplained = explained.get(event.n) === true;
        const possible = announcements.filter((one) => mayExplain(one, event));
        if (isExplained && possible.length === 0)
          return [`I9: e${event.n} is shown as explained, and nothing was announced before it`];
        const certain = announcements.find((one) => mustExplain(one, event));
        if (!isExplained && certain && !denied.has(alertId))
          return [`I9: e${event.n} was announced as Q${certain.n}, and isn't shown as explained`];
        const isWrong = events.length === 1 && purpose !== null && !possible.some(({ n }) => n === purpose);
        return isWrong ? [`I9: e${event.n} is shown with Q${purpose}, which doesn't explain it`] : [];
      }),
  );
}

function isAbout({ by, vaultId, itemId }: Announcement, event: VaultEvent): boolean {
  return (
    by === event.actor &&
    (vaultId === null || vaultId === event.vault.id) &&
    (itemId === null || itemId === `i_${event.n}`)
  );
}

/** Nothing that people saw speaks against it. */
export function mayExplain(one: Announcement, event: VaultEvent): boolean {
  const { occurredAt } = event;
  return (
    isAbout(one, event) &&
    !one.isRefused &&
    one.sentAt <= occurredAt &&
    (one.startsAt ?? one.sentAt) <= occurredAt &&
    occurredAt < one.endsAt &&
    (one.end === null || occurredAt < one.end.confirmedAt)
  );
}

/** It was confirmed before the access happened, and nobody tried to end it before. */
export function mustExplain(one: Announcement, event: VaultEvent): boolean {
  const { occurredAt } = event;
  return (
    mayExplain(one, event) &&
    one.confirmedAt <= occurredAt &&
    (one.startsAt === null || one.startsAt <= occurredAt) &&
    (one.end === null || occurredAt < one.end.sentAt)
  );
}
