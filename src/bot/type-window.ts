import { DateTime, IANAZone } from "luxon";
import type { Intent } from "../model.ts";

/**
 * An intent's window as its owner would type it now, so that the form to change it begins with what stands:
 * "until 16:00", "until tomorrow 10:00", "tomorrow 09:00-11:00".
 */
export function typeWindow({ startsAt, endsAt }: Pick<Intent, "startsAt" | "endsAt">, zone: string, now: Date): string {
  const within = (instant: Date) => DateTime.fromJSDate(instant, { zone: IANAZone.isValidZone(zone) ? zone : "utc" });
  const [from, until, today] = [within(startsAt), within(endsAt), within(now)];
  if (startsAt <= now) return `until ${until.hasSame(today, "day") ? "" : `${dayWord(until, today)} `}${clock(until)}`;
  const minutes = Math.round(until.diff(from, "minutes").minutes);
  const first = `${dayWord(from, today)} ${clock(from)}`;
  return minutes <= DAY_MINUTES ? `${first}-${clock(until)}` : `${first} for ${minutes} min`;
}

const DAY_MINUTES = 24 * 60;

const clock = (time: DateTime) => time.toFormat("HH:mm");

function dayWord(day: DateTime, today: DateTime): string {
  if (day.hasSame(today, "day")) return "today";
  return day.hasSame(today.plus({ days: 1 }), "day") ? "tomorrow" : day.toFormat("yyyy-MM-dd");
}
