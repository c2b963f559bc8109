import type { RichTextElement } from "@slack/types";
import type { VaultWeek } from "../../model.ts";
import type { DigestView } from "./digest.ts";
import { bold, said, when } from "./rich-text.ts";
import { countOf, vaultName } from "./words.ts";

const atMost = 4;

/** Of which vaults a digest tells since when, and up to when, where that isn't its own time. */
export function stretchLines(
  view: Pick<DigestView, "facts" | "vaults" | "startsAt" | "endsAt" | "zone">,
): RichTextElement[][] {
  const rows = view.facts.vaults.flatMap((week) => {
    const how = sayStretch(week, view);
    const vault = view.vaults.find(({ id }) => id === week.id);
    return how.length === 0 ? [] : [[said("⏱️ "), bold(vault ? vaultName(vault, 40) : week.id), ...how]];
  });
  const more = rows.length - atMost;
  const rest = [[said(`⏱️ and ${countOf(more, "more vault", "more vaults")} in that way`)]];
  return [...rows.slice(0, atMost), ...(more > 0 ? rest : [])];
}

function sayStretch(
  week: VaultWeek,
  { startsAt, endsAt, zone }: Pick<DigestView, "startsAt" | "endsAt" | "zone">,
): RichTextElement[] {
  const { startsAt: from = startsAt.getTime(), endsAt: to = endsAt.getTime(), unjudged = 0 } = week;
  const until = when(new Date(to), zone);
  if (unjudged > 0) {
    const many = unjudged === 1 ? "one report of it isn’t judged yet" : `${unjudged} reports of it aren’t judged yet`;
    return [said(" is told of only up to "), until, said(`: ${many}. The next digest goes on from there`)];
  }
  if (from >= to) return [said(" was told of up to "), until, said(" by another digest")];
  if (from === startsAt.getTime()) return [];
  return [said(" is told of since "), when(new Date(from), zone), said(", where its last digest ended")];
}
