import type { Access } from "../model.ts";

const learningMs = 14 * 24 * 60 * 60_000;

/** For two weeks everything is seen for the first time, and saying so would teach people to read over it. */
export function isLearning(since: Date | null | undefined, { occurredAt }: Access): boolean {
  return since === null || since === undefined || +occurredAt - +since < learningMs;
}
