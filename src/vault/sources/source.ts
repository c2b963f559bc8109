import type { AppSeen, Notice, ReportedAccess, Trouble } from "../../model.ts";
import type { Mistake } from "../problem.ts";

/** A vault service that is asked for its events. Everything in here but `authorize` is pure. */
export interface PolledSource {
  /** Under which its accesses are kept, and by which people name it. */
  name: string;
  kind: "1password";
  /** The scheme, host and port of every request. */
  origin: string;
  /** Names the secret without telling it. */
  secretId: string;
  /** What is sent with each request. Throws nothing; a refusal is an answer like any other. */
  authorize(): Record<string, string>;
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
  /** `null`: this isn't such a page. */
  read(text: string, asked: { position: string | null; now: Date }): Page | null;
}

export interface Question {
  method: "GET" | "POST";
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
  /** Events that couldn't be understood, with why. */
  strange: { event: unknown; mistakes: Mistake[] }[];
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
