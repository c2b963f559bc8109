import type { AppSeen, Notice, ReportedAccess, Trouble } from "../../model.ts";
import type { Mistake } from "../problem.ts";

/** A vault service that is asked for its events. Everything in here but `ask` is pure. */
export interface PolledSource {
  /** Under which its accesses are kept, and by which people name it. */
  name: string;
  /** Whom it asks, as people know it. */
  origin: string;
  /** Names the secret without telling it. */
  secretId: string;
  /** Asks, with whatever proves that we may. Never throws; a refusal is an answer like any other. */
  ask(question: Question): Promise<Asked>;
  /** When our token ends, as far as it says so itself. */
  expiresAt: Date | null;
  feeds: Feed[];
  /** Asks what the token may do; `null`: this service doesn't tell. */
  introspect: { question: Question; read(text: string): Introspection | null } | null;
}

/** One stream of events. */
export interface Feed {
  name: string;
  /** How often it is asked when there is nothing more to read. */
  everyMs: number;
  /** How far back the service keeps events. */
  keptDays: number;
  /** Without it the source tells of no accesses; others are read where the token allows it. */
  isNeeded: boolean;
  /** What is asked next. `position`: as the last page said; `null`: everything since `from`. */
  ask(position: string | null, from: Date, now: Date): Question;
  /**
   * Asks for the service's own list of what happened from then on until then, in which a later reading finds what an earlier one was
   * not told. Answered by such pages as `ask`; `position`: as the last of them said. Absent: there is no such list.
   */
  list?(position: string | null, from: Date, until: Date): Question;
  /** `null`: this isn't such a page. */
  read(text: string, asked: { position: string | null; from: Date; now: Date }): Page | null;
}

export interface Question {
  method: "GET" | "POST";
  /** Of the address at which the service answers; of a file, nothing. */
  path: string;
  body: string | null;
}

export interface Page {
  /** Where the next read goes on. */
  position: string;
  /** There is probably more to read at once; it may still be nothing. */
  hasMore: boolean;
  accesses: ReportedAccess[];
  notices: Notice[];
  apps: AppSeen[];
  /** The vaults of these accesses are guesses, which a list of names may correct. */
  unsureOfVault?: boolean;
  /** What is kept as the body, where that isn't what was answered: never more than we may know. */
  kept?: string;
  /** Events that couldn't be understood, with why. `mark` tells two apart of which nothing may be kept. */
  strange: { event: unknown; mistakes: Mistake[]; mark?: string }[];
  /** What stood before this page is gone unread. */
  gap?: PageGap;
}

/** `since`, `until`: when the last event before it happened, and the first one after; `null`: not known. */
interface PageGap {
  since: Date | null;
  until: Date | null;
}

export interface Introspection {
  /** Names of the feeds that the token may read. */
  feeds: string[];
  issuedAt: Date | null;
}

/** What came of asking. */
export type Asked =
  | { kind: "answered"; text: string; answeredAt: Date | null }
  | { kind: "trouble"; trouble: Trouble; retryAfterSeconds: number | null; detail: string };
