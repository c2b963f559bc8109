// @ts-check
// Slack's date tokens, and the page's own ways of saying when, each in a given zone.

/** @typedef {{ date: Date, now: Date, zone: string }} Moment */

/** @type {Record<string, (moment: Moment) => string>} */
const tokens = {
  date_num: (moment) => isoDay(moment.date, moment.zone),
  date_slash: ({ date, zone }) => words(date, zone, { year: "numeric", month: "2-digit", day: "2-digit" }),
  date: longDay,
  date_short: shortDay,
  date_long: (moment) => `${weekday(moment)}, ${longDay(moment)}`,
  date_pretty: (moment) => nearDay(moment) ?? longDay(moment),
  date_short_pretty: (moment) => nearDay(moment) ?? shortDay(moment),
  date_long_pretty: (moment) => nearDay(moment) ?? `${weekday(moment)}, ${longDay(moment)}`,
  time: ({ date, zone }) => clockTime(date, zone),
  time_secs: ({ date, zone }) => words(date, zone, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago: ({ date, now }) => ago(date, now),
};

/**
 * Fills in a format such as `{date_short_pretty} at {time}`.
 * @param {string} format @param {Moment} moment @returns {string | null} null for a token that Slack does not have
 */
export function fillDate(format, moment) {
  let known = true;
  const text = format.replace(/\{(\w+)\}/g, (_all, name) => {
    const token = Object.hasOwn(tokens, name) ? tokens[name] : undefined;
    if (!token) known = false;
    return token ? token(moment) : "";
  });
  if (!known || Number.isNaN(moment.date.getTime())) return null;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** People in American zones read 2:13 AM, all others 02:13. @param {Date} date @param {string} zone */
export function clockTime(date, zone) {
  return words(date, zone, { hour: usesTwelveHours(zone) ? "numeric" : "2-digit", minute: "2-digit" });
}

/** "Today", "Yesterday" or "Saturday, November 28th". @param {Moment} moment */
export function dayHeading(moment) {
  const near = nearDay(moment);
  if (near) return near.charAt(0).toUpperCase() + near.slice(1);
  return `${weekday(moment)}, ${words(moment.date, moment.zone, { month: "long" })} ${ordinal(dayOfMonth(moment))}`;
}

/** @param {Date} date @param {string} zone */
export function weekdayAndTime(date, zone) {
  return `${words(date, zone, { weekday: "long" })} ${clockTime(date, zone)}`;
}

/** @param {Date} date @param {string} zone */
export function isoDay(date, zone) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(
    date,
  );
}

/** @param {Moment} moment */
export function fullDay(moment) {
  return `${dayOfMonth(moment)} ${words(moment.date, moment.zone, { month: "long", year: "numeric" })}`;
}

/** @param {number} ms @returns {string} "1 h 15 min", to the minute */
export function duration(ms) {
  const minutes = Math.round(ms / 60_000);
  const parts = [
    [Math.floor(minutes / 1440), "d"],
    [Math.floor((minutes % 1440) / 60), "h"],
    [minutes % 60, "min"],
  ].filter(([count]) => count);
  return parts.map(([count, unit]) => `${count} ${unit}`).join(" ") || "0 min";
}

/** @param {string} zone "Europe/Madrid" @returns {string} "Madrid" */
export function zoneCity(zone) {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

/** @param {Moment} moment */
function nearDay({ date, now, zone }) {
  const day = 86_400_000;
  const days = Math.round((Date.parse(isoDay(date, zone)) - Date.parse(isoDay(now, zone))) / day);
  return days === 0 ? "today" : days === -1 ? "yesterday" : days === 1 ? "tomorrow" : null;
}

/** @param {Moment} moment */
function longDay(moment) {
  const month = words(moment.date, moment.zone, { month: "long" });
  return `${month} ${ordinal(dayOfMonth(moment))}, ${words(moment.date, moment.zone, { year: "numeric" })}`;
}

/** @param {Moment} moment */
function shortDay({ date, zone }) {
  return words(date, zone, { month: "short", day: "numeric", year: "numeric" });
}

/** @param {Moment} moment */
function weekday({ date, zone }) {
  return words(date, zone, { weekday: "long" });
}

/** @param {Moment} moment */
function dayOfMonth({ date, zone }) {
  return Number(words(date, zone, { day: "numeric" }));
}

/** @param {number} day */
function ordinal(day) {
  const suffix = day % 100 >= 11 && day % 100 <= 13 ? "th" : (["th", "st", "nd", "rd"][day % 10] ?? "th");
  return `${day}${suffix}`;
}

/** @param {Date} date @param {Date} now */
function ago(date, now) {
  const ms = now.getTime() - date.getTime();
  return ms >= 0 ? `${duration(ms)} ago` : `in ${duration(-ms)}`;
}

/** @param {Date} date @param {string} zone @param {Intl.DateTimeFormatOptions} options */
function words(date, zone, options) {
  if (Number.isNaN(date.getTime())) return "";
  const cycle = options.hour ? { hourCycle: usesTwelveHours(zone) ? "h12" : "h23" } : {};
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options, .../** @type {object} */ (cycle) });
  return format.format(date);
}

/** @param {string} zone */
function usesTwelveHours(zone) {
  return zone.startsWith("America/");
}
