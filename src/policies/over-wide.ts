import type { Intent } from "../model.ts";
import { sayDuration } from "../time.ts";
import { saysNothing } from "./purpose-quality.ts";

const longMs = 24 * 60 * 60_000;

/**
 * Why a purpose covers so much, or says so little, that whoever answers for the house should hear of it; none: it is an ordinary
 * one. What comes again and again was looked at by a manager, and what was taken back is no concern any more.
 */
export function whyOverWide(intent: Intent, names: Parameters<typeof saysNothing>[1]): string[] {
  if (intent.recurring !== null || intent.end?.how === "cancelled") return [];
  const lengthMs = intent.endsAt.getTime() - intent.startsAt.getTime();
  return [
    ...(intent.vaultId === null ? ["it covers any watched vault"] : []),
    ...(lengthMs > longMs ? [`it stands for ${sayDuration(lengthMs)}`] : []),
    ...(saysNothing(intent.purpose, names) === null ? [] : ["it doesn’t tell what for"]),
  ];
}
