import type { KnownBlock, RichTextElement } from "@slack/types";
import type { AccessState, Review } from "../../model.ts";
import { plain } from "./alert-actions.ts";
import type { HomeFacts } from "./home.ts";
import { heading } from "./home-heading.ts";
import { bullets, italic, line, lines, quoted, richText, said, user, when } from "./rich-text.ts";
import { clean } from "./text.ts";
import { didWhat } from "./words.ts";

export const HOME_PAGE = "home_page";

/** One access of the reader's own, with what became of it. */
export interface RecordLine {
  occurredAt: Date;
  action: string;
  vault: string;
  item: string;
  state: AccessState | null;
  /** The verdict that stands for it; `null`: none. */
  verdict: Review | null;
  /** What the reader said of it, newest last. */
  said: { kind: "mine" | "not-mine"; text: string | null }[];
}

export type OwnRecord =
  /** Two accounts of this workspace have the reader's address: whose accesses these are can't be told. */
  | { kind: "ambiguous" }
  | {
      kind: "known";
      /** By what the vaults know the reader. */
      emails: string[];
      vaultIdentities: string[];
      total: number;
      /** How long it is kept, in a sentence. */
      kept: string;
      /** When the first was recorded. */
      since: Date | null;
      lines: RecordLine[];
      /** From 0. */
      page: number;
      pages: number;
    };

/** What is stored about the reader, who judged it, and for how long. */
export function recordBlocks(record: OwnRecord, { reader }: Pick<HomeFacts, "reader">): KnownBlock[] {
  if (record.kind === "ambiguous") {
    return [
      heading("What is recorded of you"),
      richText(
        line(
          said(
            "Two Slack accounts here share your e-mail address, so I can’t tell which of you opened what, and show it to neither. Whoever runs Vaultbell can settle it.",
          ),
        ),
      ),
    ];
  }
  return [
    heading("What is recorded of you"),
    richText(lines(aboutAll(record, reader.zone))),
    ...(record.lines.length > 0 ? [richText(bullets(record.lines.map((one) => recordLine(one, reader.zone))))] : []),
    ...pageButtons(record),
  ];
}

type Known = Extract<OwnRecord, { kind: "known" }>;

function aboutAll({ total, since, emails, vaultIdentities, kept }: Known, zone: string): RichTextElement[][] {
  const names = [...emails, ...vaultIdentities].map((name) => clean(name, 60)).filter(Boolean);
  const shown = names.slice(0, 5);
  const known =
    shown.length > 0 ? `${shown.join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}` : null;
  const count: RichTextElement[] =
    total === 0
      ? [said("No access of yours is recorded.")]
      : [
          said(total === 1 ? "1 access" : `${total} accesses`),
          ...(since ? [said(" since "), when(since, zone)] : []),
          said("."),
        ];
  return [
    [...count, ...(known ? [said(` The vaults know you as ${known}.`)] : [])],
    [
      italic(
        `Kept of each: when, which item, by which act, from which app, device and network, what you announced or said, and who judged it. Never kept: the secret itself. ${kept} The managers of a vault see what is of that vault.`,
      ),
    ],
  ];
}

function recordLine({ occurredAt, action, vault, item, state, verdict, said: answers }: RecordLine, zone: string) {
  const newest = answers.at(-1);
  return [
    when(occurredAt, zone),
    said(`: ${didWhat(action)} ${clean(item, 80) || "an item"} in ${clean(vault, 60) || "a vault"}`),
    ...(state === null ? [] : [said(`, ${STATES[state]}`)]),
    ...(newest?.kind === "mine" ? [said("; you said ‘"), quoted(newest.text, 120, "nothing readable"), said("’")] : []),
    ...(newest?.kind === "not-mine" ? [said("; you said that it wasn’t you")] : []),
    ...(verdict
      ? [said(`; ${verdict.verdict === "suspicious" ? "Suspicious" : "Expected"}, says `), user(verdict.by)]
      : []),
    ...(state !== null && !verdict ? [said("; no verdict")] : []),
  ];
}

const STATES: Record<AccessState, string> = {
  explained: "explained",
  unexplained: "unexplained",
  suspicious: "looked unusual",
};

function pageButtons({ page, pages }: Known): KnownBlock[] {
  if (pages < 2) return [];
  const button = (words: string, to: number) => ({
    type: "button" as const,
    action_id: `${HOME_PAGE}:${words.toLowerCase()}`,
    text: plain(words),
    value: String(to),
  });
  return [
    richText(line(italic(`Page ${page + 1} of ${pages}`))),
    {
      type: "actions",
      block_id: "home-pages",
      elements: [
        ...(page > 0 ? [button("Newer", page - 1)] : []),
        ...(page + 1 < pages ? [button("Older", page + 1)] : []),
      ],
    },
  ];
}
