import type { Alert, WatchedVault } from "../../model.ts";
import { sayPeople } from "./flood.ts";
import { personName, sayWhat } from "./words.ts";

/** "Dana Ruiz opened Company Visa"; of several alerts that were called suspicious at once, "12 people made 40 accesses". */
export function whoDidWhat(alert: Alert, others: Alert[], vault: WatchedVault): string {
  if (others.length === 0) return `${personName(alert.person)} ${sayWhat(alert, vault)}`;
  return sayPeople(
    [alert, ...others].map(({ person, accesses }) => ({ personId: person.id, accesses: accesses.length })),
  );
}
