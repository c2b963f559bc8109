import type { Check } from "../../bot/checks.ts";
import type { ServerFacts } from "../../store/doctor.ts";
import { sayDuration } from "../../time.ts";
import { bad, good, warning } from "./say.ts";

const oldestServer = 16;
/** Beyond this, intents and accesses could be put in the wrong order (RELIABILITY T4). */
const clockToleranceSeconds = 30;
/** A service has up to fifteen connections and two more; another start needs as many. */
const connectionsNeeded = 20;

/** What is to be said of a database that answers. `known`: the migrations of this version of Vaultbell, oldest first. */
export function lookAtServer(facts: ServerFacts, known: string[], hostNow: Date): Check[] {
  const apart = Math.round(Math.abs(facts.now.getTime() - hostNow.getTime()) / 1000);
  const free = facts.connectionsAtMost - facts.connections;
  return [
    facts.major < oldestServer
      ? bad("database", `PostgreSQL ${facts.major} is too old`, `Use PostgreSQL ${oldestServer} or newer.`)
      : good("database", `PostgreSQL ${facts.major} answers`),
    ...(facts.isReadOnly
      ? [
          bad(
            "database",
            "it can only be read",
            "Let DATABASE_URL lead to the primary, not to a standby, and let it be written to (default_transaction_read_only).",
          ),
        ]
      : []),
    ...(free < connectionsNeeded
      ? [
          warning(
            "connections",
            `${facts.connections} of ${facts.connectionsAtMost} are taken, and a replica needs up to 17`,
            "Raise max_connections, or let other programs have fewer.",
          ),
        ]
      : []),
    ...(facts.unsafe.length > 0
      ? [
          bad(
            "durability",
            `PostgreSQL may lose what it has committed: ${facts.unsafe.map((name) => `${name} is off`).join(", ")}`,
            "Turn it on: a vault service that was answered 202 doesn't send again.",
          ),
        ]
      : []),
    ...(facts.hasFullPageWrites
      ? []
      : [
          warning(
            "durability",
            "full_page_writes is off: a crash can leave half a page, except where the file system writes pages whole, as ZFS does",
            "Turn it on, unless the database lies on such a file system.",
          ),
        ]),
    ...(facts.longest
      ? [
          warning(
            "transactions",
            `one of ${facts.longest.who} (pid ${facts.longest.pid}) has been open for ${sayDuration(facts.longest.seconds * 1000)}`,
            "A long export may be; a forgotten one holds up migrations and lets tables grow: end it with pg_terminate_backend.",
          ),
        ]
      : []),
    ...lookAtSchema(facts, known),
    ...(facts.lacks.length > 0
      ? [
          bad(
            "rights",
            `the user of DATABASE_URL may not ${facts.lacks.join(", ")}`,
            "Grant them, or let the user that owns the tables run Vaultbell.",
          ),
        ]
      : []),
    apart > clockToleranceSeconds
      ? bad("clock", `this machine and the database are ${apart} s apart`, "Let both keep time by NTP.")
      : good("clock", "agrees with the database's"),
  ];
}

function lookAtSchema({ applied }: ServerFacts, known: string[]): Check[] {
  if (applied === null) {
    return [warning("schema", "isn't there yet", "`vaultbell migrate` or the first start makes it.")];
  }
  const missing = known.filter((name) => !applied.includes(name));
  const newer = applied.filter((name) => !known.includes(name));
  if (newer.length > 0) {
    return [
      bad(
        "schema",
        `a newer Vaultbell has been here (${newer.join(", ")})`,
        "Run that version or a newer one; while replicas are being replaced one by one this is as it should be.",
      ),
    ];
  }
  return missing.length > 0
    ? [warning("schema", `lacks ${missing.join(", ")}`, "`vaultbell migrate` or the next start brings it up to date.")]
    : [good("schema", "is the newest")];
}

/** What keeps the record from being changed, where it is missing. */
export function lookAtGuards(loose: string[]): Check[] {
  if (loose.length === 0) return [good("record", "its guards are in place; `vaultbell audit verify` reads it through")];
  const remedy =
    "Find out who took them away, run `vaultbell audit verify`, and restore the schema from a backup of before.";
  return [bad("record", `what keeps it from being changed is missing or switched off: ${loose.join(", ")}`, remedy)];
}
