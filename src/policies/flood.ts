import { type Memory, stretchMs, stretchOf } from "./memory.ts";
import type { Policy } from "./policy.ts";

const many = 60;
const hourOfStretches = 11;

/** So many accesses within an hour that one which matters could hide among them? */
export const flood: Policy = {
  name: "flood",
  about: "circumstances",
  level: "warning",
  whatToDo:
    "Read the list in Details to its end before judging: one access that matters can hide among many that don't.",
  find(access, { memory }) {
    const at = stretchOf(access.occurredAt);
    const before = accesses(memory, at - hourOfStretches * stretchMs, at);
    const after = accesses(memory, at, at + hourOfStretches * stretchMs);
    const found = Math.max(before, after) + 1;
    return found >= many ? `${found} accesses within an hour` : null;
  },
};

function accesses({ stretches }: Memory, from: number, until: number): number {
  let sum = 0;
  for (let at = from; at <= until; at += stretchMs) sum += stretches.get(at)?.accesses ?? 0;
  return sum;
}
