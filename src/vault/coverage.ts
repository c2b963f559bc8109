import { sayAgo } from "../time.ts";

/**
 * What each source tells and what it can't, as sentences: every answer about the past ends with them, because "no recorded
 * access" is only as good as what was reported. A version goes up when a sentence comes to mean something else.
 */
interface Coverage {
  name: string;
  version: number;
  reports: string;
  /** The blind spots. */
  cannot: string;
}

const coverages: Record<string, Coverage> = {
  webhook: {
    name: "The signed webhook",
    version: 1,
    reports: "reports what its sender passes on, from the day on which it was set up",
    cannot:
      "What the vault service doesn’t log (in many apps: looking at an item without revealing a field), what an offline app hasn’t sent yet, and what was copied or noted down elsewhere can’t be seen",
  },
  "1password": {
    name: "1Password",
    version: 1,
    reports: "reports each time that its apps from 8.4.0 on reveal, copy, fill in, edit or export an item",
    cannot:
      "Looking at an item without revealing a field, and so reading a secure note, isn’t reported by the apps (it is on the web); an app that is offline or old tells late, or never. A number in a concealed field or a card item is seen when it is revealed",
  },
};

const unknownSource: Coverage = {
  name: "This source",
  version: 1,
  reports: "reports what it was set up to report",
  cannot: "What it doesn’t log can’t be seen",
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
export function coverageSentence({ source, lastAt }: Heard, now: Date): string {
  const { name, version, reports, cannot } = coverageOf(source);
  const spoke = lastAt === null ? "it has never spoken yet" : `it last spoke ${sayAgo(lastAt, now)}`;
  return `${name} ${reports}; ${spoke}. ${cannot}. (Coverage ${source} v${version})`;
}

/** Where no source has ever spoken of the vaults in question, the webhook's blindness is told. */
export function coverageOfAll(heard: Heard[], now: Date): string[] {
  const newest = new Map<string, Heard>();
  for (const one of heard) {
    const known = newest.get(one.source);
    if (!known || (one.lastAt !== null && (known.lastAt === null || one.lastAt > known.lastAt))) {
      newest.set(one.source, one);
    }
  }
  const all = newest.size > 0 ? [...newest.values()] : [{ source: "webhook", lastAt: null }];
  return all.map((one) => coverageSentence(one, now));
}
