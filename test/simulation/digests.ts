import type { Server } from "./database.ts";
import type { Random } from "./random.ts";

/** Which digests are due while the run lasts, and what went before. */
export interface Digests {
  /** As the configuration says it, in Madrid. */
  at: string;
  dueAt: number;
  /** How many before it were never made, because nothing ran. */
  missed: number;
}

const minute = 60_000;
const weekMs = 7 * 24 * 60 * minute;

/** On a Tuesday, at ten or a little earlier or later: that of today, or one that is late when everything starts. */
export function drawDigests(random: Random, startAt: number): Digests {
  const minutes = random.pick([-25, -10, 1, 1, 2, 3]);
  const at = `${minutes < 0 ? "09" : "10"}:${String((60 + minutes) % 60).padStart(2, "0")}`;
  // Where nothing ran for weeks, what was missed is told with the one that is late.
  return { at, dueAt: startAt + minutes * minute, missed: minutes < 0 ? random.pick([0, 1, 2]) : 0 };
}

/** The service has been there for weeks: a run begins too late to have seen its first digest. */
export async function remember(server: Server, channels: readonly string[], { dueAt, missed }: Digests): Promise<void> {
  const since = new Date(dueAt - (missed + 1) * weekMs - minute);
  const values = channels.map((_, index) => `($${index + 2}, $1)`).join(", ");
  await server.query(`insert into digest_channel (channel, since) values ${values}`, [since, ...channels]);
}
