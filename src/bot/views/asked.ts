import { sayDateWithYear } from "../../time.ts";
import type { VaultQuestion } from "../ports.ts";
import type { MessageView } from "./alert.ts";
import { line, quoted, richText, said } from "./rich-text.ts";
import { clean, plainMrkdwn } from "./text.ts";

/** What was asked, as it stands on the record and behind "Marta asked": "who opened Company Visa since 1 January 2026". */
export function sayQuestion(
  kind: VaultQuestion["kind"],
  { about, inVault = null, since, zone }: { about: string; inVault?: string | null; since: Date | null; zone: string },
): string {
  const name = clean(about, 80) || "all that they answer for";
  const from = since === null ? "" : ` since ${sayDateWithYear(since, zone)}`;
  switch (kind) {
    case "who":
      return `who opened ${name}${from}`;
    case "seen":
      return `what ${clean(about, 80) || "somebody"} opened${inVault === null ? "" : ` in ${clean(inVault, 60)}`}${from}`;
    case "changed":
      return `what changed in ${name}${from}`;
    case "open":
      return `what is open in ${name}`;
    case "leaver":
      return `what to rotate when ${clean(about, 80) || "somebody"} leaves`;
    case "reviewers":
      return `how the verdicts come${from}`;
  }
}

/** A quiet line in the vault's channel: questions about people are asked in the open. Nobody is called by it. */
export function askedNote({ byName, question }: { byName: string; question: string }, blockId: string): MessageView {
  return {
    text: `${plainMrkdwn(byName, 60) || "Somebody"} asked ${plainMrkdwn(question, 200)}`,
    blocks: [
      {
        ...richText(
          line(
            said("🔎 "),
            quoted(byName, 60, "Somebody"),
            said(" asked "),
            quoted(question, 220, "something"),
            said("."),
          ),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_asked", event_payload: {} },
  };
}

/** The same of a file: "for the accesses of Company cards as a file (csv), from 1 March 2026 on, with pseudonyms". */
export function sayExport(asked: {
  what: string;
  format: string;
  hasNames: boolean;
  /** `null`: everything. */
  vaults: string[] | null;
  from: Date | null;
  until: Date | null;
  zone: string;
}): string {
  const { what, format, hasNames, vaults, from, until, zone } = asked;
  const of = vaults === null ? "of all vaults" : `of ${vaults.map((name) => clean(name, 60)).join(", ")}`;
  const begin = from === null ? "" : `, from ${sayDateWithYear(from, zone)} on`;
  // The end isn't part of it.
  const end = until === null ? "" : `, up to ${sayDateWithYear(new Date(until.getTime() - 1), zone)}`;
  return `for the ${what} ${of} as a file (${format})${begin}${end}${hasNames ? "" : ", with pseudonyms"}`;
}
