/**
 * Prints the public holidays of one country or region as JSON and ends. A process of its own, because the calendar of the whole
 * world takes 60 MB of memory, and what comes out of it some kilobytes.
 *   node list-holidays.ts ES MD 2015 2040
 */
import Holidays from "date-holidays";

const [country = "", region = "", from = "0", until = "0"] = process.argv.slice(2);
const calendar = new Holidays(country, region, { languages: ["en"], types: ["public"] });
const known = new Holidays();
const regions = { ...known.getStates(country), ...(region.includes("-") ? known.getRegions(country, region) : {}) };

const names: Record<string, string> = {};
for (let year = Number(from); year <= Number(until); year++) {
  for (const { date, start, end, name } of calendar.getHolidays(year)) {
    // The date as the calendar there shows it; `start` and `end` say only how many days it lasts. Half days stay ordinary.
    const days = Math.round((end.getTime() - start.getTime()) / 86_400_000 - 0.01);
    for (let day = 0; day < days; day++) names[addDays(date.slice(0, 10), day)] ??= name;
  }
}
console.log(
  JSON.stringify({ isKnown: known.getCountries()[country] !== undefined, regions: Object.keys(regions), names }),
);

function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
