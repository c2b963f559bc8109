interface OpenSitting {
  /** The alert's id. */
  id: string;
  firstOccurredAt: Date;
  lastOccurredAt: Date;
}

const minute = 60_000;
const longestSittingMinutes = 12 * 60;

/**
 * The alert of the same person and vault that an access belongs to, or `null` when it opens one of its own. A sitting
 * reaches `sittingMinutes` to either side of its stretch, because apps report late and out of order; it lasts
 * twelve hours at most in all, so that one alert never comes to stand for somebody's whole week. The nearest wins.
 */
export function joinSitting(openAlerts: OpenSitting[], occurredAt: Date, sittingMinutes: number): string | null {
  const near = openAlerts
    .map((sitting) => ({ sitting, gap: gapTo(sitting, occurredAt) }))
    .filter(({ sitting, gap }) => gap <= sittingMinutes * minute && staysShort(sitting, occurredAt))
    .sort((a, b) => a.gap - b.gap || compareAge(a.sitting, b.sitting));
  return near[0]?.sitting.id ?? null;
}

/** Milliseconds between the access and the sitting's stretch; 0 within it. */
function gapTo(sitting: OpenSitting, occurredAt: Date): number {
  return Math.max(0, +sitting.firstOccurredAt - +occurredAt, +occurredAt - +sitting.lastOccurredAt);
}

function staysShort(sitting: OpenSitting, occurredAt: Date): boolean {
  const first = Math.min(+sitting.firstOccurredAt, +occurredAt);
  const last = Math.max(+sitting.lastOccurredAt, +occurredAt);
  return last - first <= longestSittingMinutes * minute;
}

/** Between two equally near, the older; the id settles the rest, so that every replica answers alike. */
function compareAge(a: OpenSitting, b: OpenSitting): number {
  return +a.firstOccurredAt - +b.firstOccurredAt || (a.id < b.id ? -1 : 1);
}
