import { SlackError } from "../errors.ts";
import { textOf, type Wire } from "../wire.ts";

/** Slack's cursors: one page of a list, and the opaque word that leads to the next. */
export function pageOf<Item>(
  items: readonly Item[],
  args: Wire,
  sizes: { usual: number; most: number },
): { page: Item[]; next: string } {
  const limit = limitOf(args, sizes);
  const start = startOf(textOf(args.cursor) ?? "");
  const end = start + limit;
  const next = end < items.length ? Buffer.from(`next:${end}`).toString("base64") : "";
  return { page: items.slice(start, end), next };
}

export function limitOf(args: Wire, sizes: { usual: number; most: number }): number {
  if (args.limit === undefined || args.limit === "") return sizes.usual;
  const limit = Number(args.limit);
  if (!Number.isInteger(limit) || limit < 0) throw new SlackError("invalid_limit");
  return limit === 0 ? sizes.usual : Math.min(limit, sizes.most);
}

function startOf(cursor: string): number {
  if (cursor === "") return 0;
  const found = /^next:(\d+)$/.exec(Buffer.from(cursor, "base64").toString());
  if (found?.[1] === undefined) throw new SlackError("invalid_cursor");
  return Number(found[1]);
}
