import type { Trouble } from "./model.ts";

/** What is measured for /readyz. */
export interface Vitals {
  database: { ok: true } | { ok: false; problem: string };
  slack: { connected: boolean; trouble: string | null };
  /** Messages that Slack should show and doesn't, and for how long the oldest has been waiting. */
  waiting: { messages: number; oldestSeconds: number; trouble: string | null };
  unjudged: number;
  quarantined: number;
  /** Why what is in the files now isn't in force; `null` or absent: it is. */
  refused?: string | null;
  /** Those that are quieter than their rhythm, and for how long. */
  silent: { source: string; seconds: number }[];
  /** Sorts of what is over its time that couldn't be erased, and what the database said; absent: all of it is. */
  notErased?: { what: string; problem: string }[];
  /** Polled sources that can't be read. */
  unread: { source: string; feed: string; trouble: Trouble; troubleSince: Date | null }[];
  /** Streams that were read, until their token was for them no more. */
  leftOut: { source: string; feed: string; readAt: Date }[];
  /** Polled sources whose token ends soon, or has ended. */
  ending: { source: string; expiresAt: Date; isOver: boolean }[];
  /** What polled sources told lately and nobody could read any more. */
  gaps: { source: string; since: Date | null; until: Date | null; foundAt: Date }[];
}

export interface Readiness {
  ready: boolean;
  /** What is wrong, a sentence each, with what to do where that is known. */
  problems: string[];
  /** What isn't wrong and should be looked at. */
  remarks: string[];
}

/** Longer than the lane of a channel needs for a busy two minutes. */
const overdueSeconds = 120;

/** Ready means: database and Slack can be reached, and nothing is overdue (DESIGN, "HTTP"). */
export function readiness(vitals: Vitals): Readiness {
  const { database, slack, waiting, unjudged, quarantined, silent, unread, leftOut, gaps, ending } = vitals;
  const problems: string[] = [];
  if (!database.ok) problems.push(`The database doesn't do its work: ${database.problem}.`);
  if (!slack.connected) problems.push(slack.trouble ?? "Slack isn't connected yet.");
  if (waiting.messages > 0 && waiting.oldestSeconds > overdueSeconds) {
    const because = waiting.trouble ? ` Slack says ${waiting.trouble}.` : "";
    problems.push(
      `${waiting.messages} messages wait for Slack, the oldest for ${Math.round(waiting.oldestSeconds)} s.${because}`,
    );
  }
  const remarks: string[] = [];
  if (unjudged > 0) remarks.push(`${unjudged} accesses are recorded and not judged yet.`);
  for (const { source, seconds } of silent)
    remarks.push(
      `The source ${source} has been silent for ${Math.floor(seconds / 3600)} h, longer than is its rhythm: is it still set up?`,
    );
  for (const { source, feed, trouble, troubleSince } of unread)
    remarks.push(
      `The source ${source} (${feed}) can't be read${troubleSince ? ` since ${troubleSince.toISOString()}` : ""}: ${troubles[trouble]}.`,
    );
  for (const { source, feed, readAt } of leftOut)
    remarks.push(
      `The source ${source} (${feed}) isn't read since ${readAt.toISOString()}: its token isn't for that any more. Make one that is, unless it is meant so.`,
    );
  for (const { source, since, until, foundAt } of gaps)
    remarks.push(
      `The source ${source} has a gap${since ? ` from ${since.toISOString()}` : ""} to ${(until ?? foundAt).toISOString()}: what it wrote then was gone before it was read. Look into its older logs.`,
    );
  for (const { what, problem } of vitals.notErased ?? [])
    remarks.push(`What is over its time isn't erased (${what}): ${problem}. The rest is; it is tried again.`);
  for (const { source, expiresAt, isOver } of ending)
    remarks.push(
      `The token of the source ${source} ${isOver ? "ended" : "ends"} at ${expiresAt.toISOString()}: make another one and put it where this one is.`,
    );
  if (vitals.refused) remarks.push(vitals.refused);
  if (quarantined > 0)
    remarks.push(
      `${quarantined} authentic deliveries could not be understood; they are kept in the table delivery, with the problem.`,
    );
  if (waiting.messages > 0 && waiting.trouble) remarks.push(`Slack holds messages back: ${waiting.trouble}.`);
  return { ready: problems.length === 0, problems, remarks };
}

/** What is in the way of reading a source, and what to do where there is something to do. */
const troubles: Record<Trouble, string> = {
  refused:
    "it doesn't take our token. Make a new one and put it where the old one is: a .env file is taken up at once, an environment by a restart",
  "not-allowed": "our token isn't for these events. Make one that is",
  limited: "it says that it is asked too often; it is asked more seldom now",
  unavailable: "it doesn't answer as it should; it is asked again",
  "not-understood": "its answers make no sense; is another program at that address?",
  "position-lost": "it no longer knows where we had stopped; the last week is read again",
};
