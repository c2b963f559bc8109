import { itemKey, type Memory, stretchMs, stretchOf } from "./memory.ts";
import type { Policy } from "./policy.ts";

const manyItems = 10;

/** Were many different items opened within ten minutes? To either side, because reports come out of order. */
export const burst: Policy = {
  name: "burst",
  about: "circumstances",
  level: "warning",
  whatToDo:
    "Ask whether they were looking for something or tidying up; many items at once can also be a copy of the vault.",
  find(access, { memory }) {
    const at = stretchOf(access.occurredAt);
    const before = differentItems(memory, at - 2 * stretchMs, at).add(itemKey(access));
    const after = differentItems(memory, at, at + 2 * stretchMs).add(itemKey(access));
    const items = Math.max(before.size, after.size);
    return items >= manyItems ? `${items} different items within some ten minutes` : null;
  },
};

function differentItems({ stretches }: Memory, from: number, until: number): Set<string> {
  const found = new Set<string>();
  for (let at = from; at <= until; at += stretchMs) for (const item of stretches.get(at)?.items ?? []) found.add(item);
  return found;
}
