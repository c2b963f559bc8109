import type { RichTextElement } from "@slack/types";
import type { DigestFacts, VaultWeek, WatchedVault } from "../../model.ts";
import type { MessageView } from "./alert.ts";
import { numberLines } from "./digest-numbers.ts";
import { bold, bullets, italic, line, lines, quoted, richText, said, when } from "./rich-text.ts";
import { countOf, vaultName } from "./words.ts";

/** So many vaults of one channel are told one by one. */
const vaultsAtMost = 10;

/** In the digest's thread: each vault with its items, where each source stands, and the whole hash of the record. */
export function digestDetails(view: {
  vaults: WatchedVault[];
  facts: DigestFacts;
  zone: string;
  head: { seq: string; hash: string };
  digestId: string;
  blockId: string;
}): MessageView {
  const { facts, head, digestId, blockId } = view;
  const shown = facts.vaults.slice(0, vaultsAtMost);
  const left = facts.vaults.length - shown.length;
  return {
    text: "The week in detail, vault by vault",
    blocks: [
      {
        ...richText(
          lines([
            [bold("Vault by vault. "), said("The record’s head when this was made: entry "), bold(head.seq)],
            [said(head.hash)],
          ]),
        ),
        block_id: blockId,
      },
      ...shown.map((week) => vaultBlock(week, view)),
      ...(left > 0 ? [richText(line(italic(`and ${countOf(left, "more vault", "more vaults")}`)))] : []),
    ],
    metadata: { event_type: "vaultbell_digest", event_payload: { digest_id: digestId } },
  };
}

function vaultBlock(week: VaultWeek, { vaults, zone }: { vaults: WatchedVault[]; zone: string }) {
  const vault = vaults.find(({ id }) => id === week.id);
  const name = vault ? vaultName(vault) : week.id;
  const titles = new Map(vault?.items.map((item) => [item.id, item.title]));
  const items = week.items.map(({ id, title, accesses, people }): RichTextElement[] => [
    quoted(title ?? titles.get(id) ?? id, 60, "an item"),
    said(`: ${countOf(accesses, "access", "accesses")} by ${countOf(people, "person", "people")}`),
  ]);
  const more = week.moreItems > 0 ? [[italic(`and ${countOf(week.moreItems, "more item", "more items")}`)]] : [];
  return richText(
    line(bold(name), said(`, ${countOf(week.people, "person", "people")}`)),
    bullets([...numberLines(week.numbers, null), ...items, ...more, ...sourceLines(week, zone)]),
  );
}

function sourceLines({ sources }: VaultWeek, zone: string): RichTextElement[][] {
  if (sources.length === 0) return [[said("Nothing was ever reported from this vault")]];
  return sources
    .slice(0, 5)
    .map(({ source, lastAt }) => [
      said("Last heard from "),
      quoted(source, 40, "the source"),
      said(" "),
      when(new Date(lastAt), zone),
    ]);
}
