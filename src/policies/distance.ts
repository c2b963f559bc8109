import { countryPlaces } from "./country-places.ts";
import { plainText } from "./plain-text.ts";

const earthRadiusKm = 6371;
/** An airliner's pace, door to door at its very best. */
const kmPerHour = 900;
/** Within a country people may be this far from the nearest place that is listed, on both ends together. */
const doubtKm = 800;

/** The least time that the way between two countries takes; 0 where they are near, or where one of them isn't known. */
export function travelMs(from: string, to: string): number {
  const km = distanceKm(from, to);
  return km === null ? 0 : (Math.max(0, km - doubtKm) / kmPerHour) * 3_600_000;
}

/** "at least 6,500 km", between their nearest places. */
export function sayKilometres(from: string, to: string): string {
  const km = distanceKm(from, to) ?? 0;
  const round = km < 1000 ? 100 : 500;
  return `at least ${(Math.floor(km / round) * round).toLocaleString("en-GB")} km`;
}

/** "Colombia"; the vault's own word where that is no country's code. */
export function sayCountry(country: string): string {
  return (/^[A-Z]{2}$/.test(country) ? names.of(country) : undefined) ?? plainText(country, 60);
}

const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** Between the two nearest places of the two countries. */
function distanceKm(from: string, to: string): number | null {
  const theirs = countryPlaces.get(from);
  const ours = countryPlaces.get(to);
  if (theirs === undefined || ours === undefined) return null;
  return Math.min(...theirs.flatMap((one) => ours.map((other) => greatCircleKm(one, other))));
}

interface Place {
  latitude: number;
  longitude: number;
}

/** The haversine formula. */
function greatCircleKm(one: Place, other: Place): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const half = (a: number, b: number) => Math.sin(radians(a - b) / 2) ** 2;
  const chord =
    half(one.latitude, other.latitude) +
    Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * half(one.longitude, other.longitude);
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(chord)));
}
