import { nearest } from "./nearest.ts";
import { misread, quoted, type Reading, understood } from "./reading.ts";

/** Reads an IANA time zone, `Europe/Madrid`. Offsets and abbreviations are refused: they know no summer time. */
export function readZone(text: string): Reading<string> {
  const isName = text === "UTC" || /^[A-Z][A-Za-z_-]*(?:\/[A-Za-z0-9_+-]+)+$/.test(text);
  if (isName && isKnown(text)) return understood(text);
  return misread(`${quoted(text)} is not an IANA time zone`, meant(text), howToName(text));
}

const abbreviations = new Map([
  ["CET", "Europe/Berlin"],
  ["CEST", "Europe/Berlin"],
  ["MEZ", "Europe/Berlin"],
  ["EET", "Europe/Helsinki"],
  ["WET", "Europe/Lisbon"],
  ["GMT", "Europe/London"],
  ["BST", "Europe/London"],
  ["EST", "America/New_York"],
  ["EDT", "America/New_York"],
  ["ET", "America/New_York"],
  ["CST", "America/Chicago"],
  ["MST", "America/Denver"],
  ["PST", "America/Los_Angeles"],
  ["PDT", "America/Los_Angeles"],
  ["PT", "America/Los_Angeles"],
  ["IST", "Asia/Kolkata"],
  ["JST", "Asia/Tokyo"],
  ["AEST", "Australia/Sydney"],
]);

function isKnown(zone: string): boolean {
  try {
    // Names are compared without regard to capitals there; messages show the name, so that capitals matter here.
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions();
    return timeZone.toLowerCase() !== zone.toLowerCase() || timeZone === zone;
  } catch {
    return false;
  }
}

function meant(text: string): string | null {
  const abbreviation = abbreviations.get(text.trim().toUpperCase());
  if (abbreviation) return abbreviation;
  const zones = [...Intl.supportedValuesOf("timeZone"), "UTC"];
  const wanted = text.trim().replaceAll(/\s+/g, "_");
  const city = lastPart(wanted).toLowerCase();
  return (
    zones.find((zone) => zone.toLowerCase() === wanted.toLowerCase()) ??
    zones.find((zone) => lastPart(zone).toLowerCase() === city) ??
    nearest(wanted, zones) ??
    zones.find((zone) => lastPart(zone) === nearest(city, zones.map(lastPart))) ??
    null
  );
}

function lastPart(zone: string): string {
  return zone.slice(zone.lastIndexOf("/") + 1);
}

function howToName(text: string): string {
  return /^[A-Z]{2,4}$|^(?:UTC|GMT)?[+-]\d/.test(text.trim())
    ? "Name a city, such as `Europe/Madrid`: abbreviations and offsets know no summer time."
    : "Zones are named by region and city, such as `Europe/Madrid`.";
}
