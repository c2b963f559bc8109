import { parseArgs } from "node:util";
import { readPersonNamed } from "../bot/question-command.ts";
import { databaseOf } from "../config/environment.ts";
import type { Config } from "../config.ts";
import { erasePerson, lookAtPerson, type Meant, whomToErase } from "../pipeline/erase-person.ts";
import { databaseTime, openStore } from "../store/database.ts";
import { askerName } from "./asker.ts";
import { configMeant } from "./config-meant.ts";
import { withDatabase } from "./database.ts";
import { sayDatabaseFailure } from "./on-database.ts";
import type { Output } from "./output.ts";

const usage = `Usage: vaultbell erase --person ADDRESS|SLACK-ID [--yes] [--open-alerts]

  Without --yes it only says what would go. --open-alerts: although nobody has judged some of their alerts.`;

/**
 * `vaultbell erase --person …`: takes out of the database what is personal of one person. Exit code 1 when it was refused or couldn't be
 * done; 2 when the question isn't understood.
 */
export async function erase(args: string[], env: NodeJS.ProcessEnv, out: Output): Promise<number> {
  const asked = readArguments(args);
  if (asked === null) {
    out.error(usage);
    return 2;
  }
  const config = configMeant(env, out);
  if (config === null) return 1;
  try {
    return await withDatabase(databaseOf(env), (url) => eraseOn(url, config, asked, out));
  } catch (error) {
    out.error(sayDatabaseFailure(error));
    return 1;
  }
}

interface Arguments {
  person: NonNullable<ReturnType<typeof readPersonNamed>>;
  isMeant: boolean;
  despiteOpenAlerts: boolean;
}

async function eraseOn(url: string, config: Config, asked: Arguments, out: Output): Promise<number> {
  const store = openStore(url, () => {});
  try {
    const now = await databaseTime(store.pool);
    const place = { store, config, clock: { now: () => now } };
    const meant = await whomToErase(place, asked.person);
    if (meant.kind !== "one") {
      out.error(sayNotOne(meant));
      return 1;
    }
    const person = meant.whom;
    const found = await lookAtPerson(place, person);
    for (const line of sayFound(person.name, found, asked.isMeant)) out.log(line);
    if (found.openAlerts > 0 && !asked.despiteOpenAlerts) {
      out.error(
        `${found.openAlerts} of their alerts have no verdict yet, and nobody could judge them afterwards. Have them judged first, or say --open-alerts.`,
      );
      return 1;
    }
    if (found.unjudged > 0) {
      out.error(`${sayUnjudged(found.unjudged)} Nothing was erased. ${waitForIt}`);
      return 1;
    }
    if (!asked.isMeant) {
      out.log("Nothing was erased. To do it, say --yes.");
      return 0;
    }
    const { entries, unjudged } = await erasePerson(place, person, askerName());
    if (unjudged > 0) {
      out.error(`${sayUnjudged(unjudged)} It came meanwhile; what was there before is erased. ${waitForIt}`);
      return 1;
    }
    out.log(`Done, and on the record: what ${entries} entries said of them is erased, and the chain still fits.`);
    return 0;
  } finally {
    await store.close();
  }
}

const waitForIt = "Leave Vaultbell running until nothing waits to be judged, then say it again.";

function sayUnjudged(accesses: number): string {
  const which = accesses === 1 ? "1 of their accesses isn’t" : `${accesses} of their accesses aren’t`;
  return `${which} judged yet, and would bring back afterwards what was erased.`;
}

function sayNotOne(meant: Exclude<Meant, { kind: "one" }>): string {
  switch (meant.kind) {
    case "nobody":
      return "Nobody is known by exactly this address or id.";
    case "several":
      return "Several people are known by this: nobody is erased on a guess. Please say it by another address or id.";
    case "somebody else's address":
      return `A person who opened or announced something is known by the address of this Slack user, ${meant.email}, and whether the two are one would be a guess: nobody is erased. To erase whoever is known by the address, say --person ${meant.email}; without --yes it first says what would go.`;
  }
}

function sayFound(name: string, found: Awaited<ReturnType<typeof lookAtPerson>>, isMeant: boolean): string[] {
  const { accesses, bodies, purposes, answers, notes, aliases, names } = found;
  return [
    `${name}: ${isMeant ? "this goes" : "this would go"}`,
    `  ${aliases} addresses, ids and Slack users by which they are known, and what is remembered of their devices, networks and habits`,
    `  names, addresses, devices, networks and sentences of ${accesses} accesses, and the bodies of ${bodies} deliveries that brought them`,
    `  ${purposes} purposes, ${answers} answers, and ${notes} notes about their alerts`,
    "  what entries of the record say of them, and their name where they set or snoozed something, asked, or read a digest",
    `  whatever others wrote, and bodies, with one of these in it: ${names.map((one) => JSON.stringify(one)).join(", ")}. A name that is an everyday word takes more than is theirs.`,
    "This stays: that an erased person opened which item, when; the verdicts; what they decided about others as a manager, under their Slack id; copies outside of this database: messages in Slack, exports, backups, digests already posted, and vaultbell.yaml.",
  ];
}

function readArguments(args: string[]): Arguments | null {
  try {
    const { values } = parseArgs({
      args,
      options: { person: { type: "string" }, yes: { type: "boolean" }, "open-alerts": { type: "boolean" } },
    });
    const person = readPersonNamed(values.person ?? "");
    return person && { person, isMeant: values.yes ?? false, despiteOpenAlerts: values["open-alerts"] ?? false };
  } catch {
    return null;
  }
}
