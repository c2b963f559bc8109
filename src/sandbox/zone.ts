/** Civil time in a zone, as far as the sandbox needs it. */

interface Civil {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  /** 0 is Sunday. */
  weekday: number;
}

function civilAt(zone: string, at: Date): Civil {
  const local = new Date(at.getTime() + offsetMs(zone, at));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    weekday: local.getUTCDay(),
  };
}

/** How far a zone is from UTC at an instant. */
export function offsetMs(zone: string, at: Date): number {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(at);
  const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "GMT";
  const found = /^GMT([+-])(\d\d):(\d\d)/.exec(name);
  if (found === null) return 0;
  return (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) * 60_000;
}

/** The next instant after `now` at which the zone's clocks show this weekday, hour and minute. */
export function nextMoment(zone: string, now: Date, wanted: { weekday: number; hour: number; minute: number }): Date {
  const today = civilAt(zone, now);
  for (let ahead = 0; ; ahead += 1) {
    const guess = Date.UTC(today.year, today.month - 1, today.day + ahead, wanted.hour, wanted.minute);
    const instant = new Date(guess - offsetMs(zone, new Date(guess)));
    const civil = civilAt(zone, instant);
    const fits = civil.weekday === wanted.weekday && civil.hour === wanted.hour && civil.minute === wanted.minute;
    if (fits && instant > now) return instant;
  }
}

/** Outside Monday to Friday, 08:00 to 19:00. */
export function isNight(zone: string, at: Date): boolean {
  const { weekday, hour } = civilAt(zone, at);
  return weekday === 0 || weekday === 6 || hour < 8 || hour >= 19;
}
