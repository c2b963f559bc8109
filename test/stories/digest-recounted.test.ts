import { afterEach, expect, test } from "vitest";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, juan, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const [hour, day] = [3_600_000, 86_400_000];

/** Weeks in which the zone's clock changes, some of them at the digest's own moment; recounted here without the code that made them. */
test.each([
  ["America/Havana", "Sun", "00:00", "2027-03-01T12:00:00Z", "the digest's moment doesn't exist"],
  ["Europe/Madrid", "Sun", "02:00", "2026-10-12T12:00:00Z", "the digest's moment comes twice"],
  ["Pacific/Chatham", "Sun", "02:45", "2026-09-14T12:00:00Z", "a quarter of an hour, and skipped"],
  ["Australia/Lord_Howe", "Sun", "02:00", "2026-09-21T12:00:00Z", "half an hour is skipped"],
  ["Africa/Cairo", "Fri", "00:00", "2027-04-18T12:00:00Z", "the day begins at one"],
])("%s, %s %s from %s: %s", { timeout: 60_000 }, async (zone, weekday, at, startAt) => {
  story = await openStory({
    yaml: `${defaultYaml.replace("Europe/Madrid", zone)}digest: { day: ${weekday}, at: "${at}" }\n`,
    startAt,
  });
  await story.settle();
  const ends = momentsOf(zone, weekday, at, Date.parse(startAt)).slice(0, 3);
  const accesses: { at: number; isExplained: boolean; isOutside: boolean }[] = [];
  const opened = async (by: string, itemId: string, isExplained: boolean) => {
    const now = story.sandbox.clock.now().getTime();
    accesses.push({ at: now, isExplained, isOutside: isOutside(zone, now) });
    await story.reveal({ by, itemId });
  };
  for (const end of ends) {
    for (const shift of [-2 * day, -60_000, 0, 2 * day + 9 * hour]) {
      await story.at(new Date(end + shift).toISOString());
      if (Math.abs(shift) < day) await opened(juan, "i_amex", false);
      else {
        await story.command(dana, "paying licence renewal on Company Visa for 30m");
        for (const itemId of ["i_visa", "i_amex"]) await opened(dana, itemId, itemId === "i_visa");
      }
    }
  }
  await story.later(10);
  const told = story.sandbox.workspace
    .messages(cards)
    .map((message) => readBlocks(message.blocks))
    .filter((words) => words.startsWith("🗓️"))
    .map((words) =>
      [/• (\d+) access/, /• (\d+) % explained/, /• (\d+) outside/].map((one) => Number(one.exec(words)?.[1])),
    );
  const recounted = ends.slice(1).map((end, index) => {
    const those = accesses.filter((one) => one.at >= (ends[index] ?? 0) && one.at < end);
    const explained = those.filter((one) => one.isExplained).length;
    return [those.length, Math.round((100 * explained) / those.length), those.filter((one) => one.isOutside).length];
  });
  expect(told).toEqual(recounted);
  expect(recounted.map(([count]) => count)).toEqual([6, 6]);
});

/** From `since` on: on each such day the first minute at which the zone's clock shows that time or a later one. */
function momentsOf(zone: string, weekday: string, at: string, since: number): number[] {
  const moments: number[] = [];
  for (let midnight = since; midnight < since + 29 * day; midnight += day) {
    const date = wall(zone, midnight);
    if (date.weekday !== weekday) continue;
    // Noon is on the same date everywhere that the day is; from eighteen hours before it, minute by minute.
    for (let minute = midnight - 18 * hour; minute < midnight + 18 * hour; minute += 60_000) {
      const shown = wall(zone, minute);
      if (shown.date !== date.date || shown.time < at) continue;
      moments.push(minute);
      break;
    }
  }
  return moments;
}

/** By the hours of the vault, Mon-Fri 08:00-19:00. */
function isOutside(zone: string, instant: number): boolean {
  const { weekday, time } = wall(zone, instant);
  return weekday === "Sat" || weekday === "Sun" || time < "08:00" || time >= "19:00";
}

function wall(zone: string, instant: number): { weekday: string; date: string; time: string } {
  const shown = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(instant);
  const part = (type: string) => shown.find((one) => one.type === type)?.value ?? "";
  return {
    weekday: part("weekday"),
    date: `${part("month")}-${part("day")}`,
    time: `${part("hour")}:${part("minute")}`,
  };
}
