import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import type { PublicHolidays } from "../model.ts";
import { nearest } from "./nearest.ts";
import { misread, quoted, type Reading, understood } from "./reading.ts";

/**
 * Reads a country, `ES`, or a country with its region, `ES-MD` (ISO 3166), as the public holidays there. They are worked out
 * in a process of its own the first time that a region is named: some tenths of a second, and no memory afterwards.
 */
export function readHolidays(text: string): Reading<PublicHolidays> {
  const upper = text.trim().toUpperCase().replace(/[_ /]/, "-");
  const [country = "", region = ""] = upper.split("-");
  if (!/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(upper) || !countries.of(country)) {
    return misread(
      `${quoted(text)} is not a country or a country with its region`,
      null,
      "Write the ISO 3166 code, such as `holidays: ES` or `holidays: ES-MD`.",
    );
  }
  if (upper !== text) return misread(`${quoted(text)} is not how a country is written`, upper);
  const listed = known.get(upper) ?? listHolidays(country, region);
  known.set(upper, listed);
  if (listed === null) return misread("the public holidays could not be worked out on this machine", null, reinstall);
  if (!listed.isKnown) return misread(`the holidays of ${quoted(country)} are not known`, null, insteadClosed);
  if (region !== "" && !listed.regions.includes(region)) {
    const right = nearest(region, listed.regions);
    const how =
      listed.regions.length > 0 ? `Known there: ${listed.regions.join(", ")}.` : `Write \`${country}\` alone.`;
    return misread(`${quoted(text)} is no region whose holidays are known`, right && `${country}-${right}`, how);
  }
  return understood({ region: upper, names: listed.names });
}

/** The same, or `off`: no holidays count. */
export function readHolidaysOrOff(text: string): Reading<PublicHolidays | null> {
  return text === "off" ? understood(null) : readHolidays(text);
}

/** Accesses outside of these years know no holidays. */
const firstYear = 2015;
const lastYear = 2040;

const reinstall = "Run `npm install` again; if that doesn't help, name the days under `closed`.";
const insteadClosed = "Leave `holidays` out, and name the days under `closed`.";

const countries = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

const Listed = z.object({
  isKnown: z.boolean(),
  regions: z.array(z.string()),
  names: z.record(z.string(), z.string()),
});

const known = new Map<string, z.infer<typeof Listed> | null>();

function listHolidays(country: string, region: string): z.infer<typeof Listed> | null {
  const script = join(import.meta.dirname, "list-holidays.ts");
  try {
    const printed = execFileSync(process.execPath, [script, country, region, `${firstYear}`, `${lastYear}`], {
      encoding: "utf8",
      maxBuffer: 16 * 1024 * 1024,
      timeout: 30_000,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return Listed.parse(JSON.parse(printed));
  } catch {
    return null;
  }
}
