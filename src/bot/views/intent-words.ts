import type { RichTextElement } from "@slack/types";
import type { Intent, WatchedVault } from "../../model.ts";
import { sayDay, sayDuration, sayTime, sayZone } from "../../time.ts";
import { bold, quoted, said } from "./rich-text.ts";
import { clean } from "./text.ts";
import { vaultName } from "./words.ts";

/** What an intent covers: "Company Visa in Company cards", "Company cards", "any watched vault". */
export function sayScope({ vaultId, itemId }: Pick<Intent, "vaultId" | "itemId">, vaults: WatchedVault[]): string {
  if (vaultId === null) return "any watched vault";
  const vault = vaults.find(({ id }) => id === vaultId);
  if (vault === undefined) return `a vault that is no longer watched (${clean(vaultId, 40)})`;
  if (itemId === null) return vaultName(vault);
  const title = clean(vault.items.find(({ id }) => id === itemId)?.title ?? "", 80);
  return `${title || `item ${clean(itemId, 60)}`} in ${vaultName(vault)}`;
}

export function purposeOf(intent: Intent, maxGraphemes = 200): RichTextElement[] {
  return [said("‘"), quoted(intent.purpose, maxGraphemes, "nothing readable"), said(`’${sayTicketOf(intent)}`)];
}

/** " (OPS-123)", where there is a ticket. */
export function sayTicketOf({ ticket }: Pick<Intent, "ticket">): string {
  const said_ = clean(ticket ?? "", 40);
  return said_ && ` (${said_})`;
}

/** The window in somebody's own zone, said in full: "today 10:05–11:05, Madrid time". */
export function windowOf(intent: Pick<Intent, "startsAt" | "endsAt">, zone: string, now: Date): RichTextElement {
  const { startsAt, endsAt } = intent;
  const [first, last] = [sayDay(startsAt, zone, now), sayDay(endsAt, zone, now)];
  const until = `${first === last ? "–" : ` – ${last} `}${sayTime(endsAt, zone)}`;
  return bold(`${first} ${sayTime(startsAt, zone)}${until}, ${sayZone(zone)} time`);
}

/** For how many accesses, where the person said so. */
export function sayUses({ mostUses }: Pick<Intent, "mostUses">): string {
  if (mostUses === null) return "";
  return mostUses === 1 ? ", for one access" : `, for ${mostUses} accesses`;
}

/** What became of it, as far as it is known at `now`. */
export function sayFate(intent: Intent, now: Date): string | null {
  const { end, startsAt, announcedAt, endsAt } = intent;
  const began = Math.max(startsAt.getTime(), announcedAt.getTime());
  if (end?.how === "done")
    return end.at.getTime() > began ? `done after ${sayDuration(end.at.getTime() - began)}` : "done";
  if (end?.how === "cancelled") return "cancelled";
  return endsAt <= now ? "its time has passed" : null;
}
