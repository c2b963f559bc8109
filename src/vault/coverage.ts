import { sayAgo } from "../time.ts";

/**
 * What each source tells and what it can't, as data: every answer about the past ends with it, because "no recorded access" is
 * only as good as what was reported. A version goes up when a sentence comes to mean something else.
 */
interface Coverage {
  name: string;
  version: number;
  reaches: Reach[];
  /** The blind spots. */
  cannot: string[];
  /** What people can do about them. */
  advice: string | null;
  /** Its streams that have a list of their own, in which a later reading finds what was missed. */
  lists: string[];
}

/** Which acts are told on which clients, since which version of them, and how late. */
interface Reach {
  acts: string[];
  clients: string | null;
  since: string | null;
  late: string | null;
}

const coverages: Record<string, Coverage> = {
  webhook: {
    name: "The signed webhook",
    version: 1,
    reaches: [],
    cannot: [
      "What the vault service doesn’t log (in many apps: looking at an item without revealing a field), what an offline app hasn’t sent yet, and what was copied or noted down elsewhere can’t be seen",
    ],
    advice: null,
    lists: [],
  },
  "1password": {
    name: "1Password",
    version: 2,
    reaches: [
      {
        acts: ["revealing", "copying", "filling in", "editing", "exporting", "sharing"],
        clients: "in its apps",
        since: "8.4.0",
        late: "when they sync",
      },
      { acts: ["opening"], clients: "on the web, by the command line and by Connect", since: null, late: "at once" },
    ],
    cannot: [
      "Looking at an item in an app without revealing a field, and so reading a secure note there, isn’t told",
      "nor is what an older or offline app did",
    ],
    lists: ["itemusages", "auditevents"],
    advice: "A number in a concealed field or a card item is seen when it is revealed",
  },
  bitwarden: {
    name: "Bitwarden",
    version: 3,
    reaches: [
      {
        acts: ["viewing", "revealing", "copying", "filling in", "changing", "exporting"],
        clients: "in its clients",
        since: null,
        late: "in batches of about a minute, or within two days",
      },
    ],
    cannot: [
      "What a client sends more than a day late isn’t told",
      "nor what the command line opened, as far as it sends no events",
    ],
    advice: null,
    lists: ["events"],
  },
  hashicorp: {
    name: "The audit device",
    version: 1,
    reaches: [{ acts: ["reading", "changing"], clients: "by any client", since: null, late: "within seconds" }],
    cannot: ["Who used a token that several share, and paths that are left out of the device, can’t be seen"],
    advice: null,
    lists: [],
  },
  mapped: {
    name: "The mapped source",
    version: 1,
    reaches: [],
    cannot: ["What its sender doesn’t tell, or its mapping lets go, can’t be seen"],
    advice: null,
    lists: [],
  },
};

const unknownSource: Coverage = {
  name: "This source",
  version: 1,
  reaches: [],
  cannot: ["What it doesn’t log can’t be seen"],
  advice: null,
  lists: [],
};

/** What is said of sources that tell whatever they are sent. */
const passesOn: Record<string, string> = {
  "The signed webhook": "reports what its sender passes on, from the day on which it was set up",
  "The mapped source": "reports what its sender passes on, from the day on which it was set up",
};

/** What a source covers, by the name under which its accesses are kept: its kind, or its kind, a hyphen and a word. */
function coverageOf(source: string): Coverage {
  const kind = Object.keys(coverages).find((one) => source === one || source.startsWith(`${one}-`));
  return (kind === undefined ? undefined : coverages[kind]) ?? unknownSource;
}

export interface Heard {
  source: string;
  /** When it last spoke; `null`: it never did. */
  lastAt: Date | null;
}

/** "No recorded access" is never "has not seen it": one sentence for each source, with when it last spoke. */
export function coverageSentence(
  { source, lastAt }: Heard,
  now: Date,
  sayWhen = (at: Date) => sayAgo(at, now),
): string {
  const { name, version, reaches, cannot, advice } = coverageOf(source);
  const spoke = lastAt === null ? "it has never spoken yet" : `it last spoke ${sayWhen(lastAt)}`;
  const reports =
    reaches.length > 0
      ? `reports ${reaches.map(sayReach).join("; ")}`
      : (passesOn[name] ?? "reports what it was set up to report");
  const blind = [cannot.join(", "), ...(advice === null ? [] : [advice])].join(". ");
  return `${name} ${reports}; ${spoke}. ${blind}. (Coverage ${source} v${version})`;
}

/** What a digest says of a source: how it is called, what it can't tell, and which of its streams have a list to be compared with. */
export function blindSpotsOf(source: string): { name: string; cannot: string; lists: string[] } {
  const { name, cannot, lists } = coverageOf(source);
  return { name, cannot: cannot.join(", "), lists };
}

/** "revealing, copying and exporting in its apps, from 8.4.0 on, when they sync" */
function sayReach({ acts, clients, since, late }: Reach): string {
  const all = acts.length < 2 ? acts.join("") : `${acts.slice(0, -1).join(", ")} and ${acts.at(-1)}`;
  const where = clients === null ? all : `${all} ${clients}`;
  return [where, ...(since === null ? [] : [`from ${since} on`]), ...(late === null ? [] : [late])].join(", ");
}

/** Where no source has ever spoken of the vaults in question, those that are set up, or else the webhook, are told all the same. */
export function coverageOfAll(
  heard: Heard[],
  now: Date,
  setUp: readonly string[] = [],
  sayWhen?: (lastAt: Date) => string,
): string[] {
  const newest = new Map<string, Heard>();
  for (const one of [...heard, ...setUp.map((source) => ({ source, lastAt: null }))]) {
    const known = newest.get(one.source);
    if (!known || (one.lastAt !== null && (known.lastAt === null || one.lastAt > known.lastAt))) {
      newest.set(one.source, one);
    }
  }
  const all = newest.size > 0 ? [...newest.values()] : [{ source: "webhook", lastAt: null }];
  return all.map((one) => coverageSentence(one, now, sayWhen));
}

/** What was reported and isn't judged yet stands in no answer. `isMore`: nobody looked through all that waits. */
export function notJudgedYet({ here, isMore }: { here: number; isMore: boolean }): string[] {
  if (isMore)
    return ["Very many accesses were reported and aren’t judged yet: those of these vaults don’t stand here."];
  if (here === 0) return [];
  return here === 1
    ? ["1 access of these vaults was reported and isn’t judged yet: it doesn’t stand here."]
    : [`${here} accesses of these vaults were reported and aren’t judged yet: they don’t stand here.`];
}

interface AppOf {
  source: string;
  app: string;
  version: string;
}

const namedAtMost = 5;

/**
 * Who was last heard of with an app that is too old to tell what is opened in it: their silence means nothing. Named are those who are known
 * in the vaults in question; of `others`, who may have nothing to do with these, it is said how many they are.
 */
export function oldApps(known: (AppOf & { who: string })[], others: number): string[] {
  const named = known.slice(0, namedAtMost).map(({ who, app, version }) => `${who} (${app} ${sayVersion(version)})`);
  const rest = known.length > namedAtMost ? ` and ${known.length - namedAtMost} more` : "";
  const [people, use] = others === 1 ? ["1 person", "uses"] : [`${others} people`, "use"];
  const nothing = "an app that is too old to report anything, so that nothing is known of what they open in it";
  const ofOthers = known.length > 0 ? `So ${others === 1 ? "does 1 other" : `do ${others} others`}` : null;
  return [
    ...(known.length > 0 ? [`These people use ${nothing}: ${named.join(", ")}${rest}.`] : []),
    ...(others > 0
      ? [
          ofOthers
            ? `${ofOthers}, of whom nothing is recorded here.`
            : `${people} of whom nothing is recorded here ${use} ${nothing}.`,
        ]
      : []),
  ];
}

/** Browser extensions count their versions otherwise, and are never called old. */
export function isTooOld({ source, app, version }: AppOf): boolean {
  const since = coverageOf(source).reaches.find((reach) => reach.since !== null)?.since;
  const parts = partsOf(version);
  if (!since || !parts || !/^1Password for (Mac|Windows|Linux|iOS|Android)/i.test(app)) return false;
  const least = partsOf(since) ?? [];
  for (const [place, part] of parts.entries()) {
    if (part !== (least[place] ?? 0)) return part < (least[place] ?? 0);
  }
  return false;
}

/** "8.10.4", or as 1Password's apps count: 81004012 is 8.10.4, its twelfth build. */
function partsOf(version: string): number[] | null {
  const counted = /^(\d)(\d\d)(\d\d)\d{3}$/.exec(version);
  if (counted) return counted.slice(1).map(Number);
  return /^\d+(\.\d+){1,3}$/.test(version) ? version.split(".").slice(0, 3).map(Number) : null;
}

function sayVersion(version: string): string {
  return partsOf(version)?.join(".") ?? version;
}
