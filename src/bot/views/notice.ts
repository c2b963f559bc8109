import type { RichTextElement } from "@slack/types";
import type { Notice, NoticeKind } from "../../model.ts";
import type { MessageView } from "./alert.ts";
import { bold, bullets, italic, line, quoted, richText, said, when } from "./rich-text.ts";
import { plainMrkdwn } from "./text.ts";

interface Told extends Notice {
  source: string;
  /** As it is called here; `null`: it is about a person's standing. */
  vaultName: string | null;
}

/** More than these are counted: the record has them all. */
const shownAtMost = 12;

/** Quiet news of a vault: who may open it now, and who has left or come back among those who have opened it. */
export function noticesMessage(notices: Told[], { zone, blockId }: { zone: string; blockId: string }): MessageView {
  const rest = notices.length - shownAtMost;
  const hasLeft = notices.some(({ kind }) => kind === "suspended" || kind === "deleted");
  const [first] = notices;
  const more = notices.length > 1 ? ` (and ${notices.length - 1} more)` : "";
  return {
    text: first
      ? `${plainMrkdwn(nameOf(first.subject), 40) || "Somebody"} ${verbs[first.kind]}${more}`
      : "News of the vault",
    blocks: [
      {
        ...richText(
          line(
            said("🔑 "),
            bold("Who may open what has changed"),
            said(", says "),
            quoted(first?.source ?? "", 40, "the source"),
            said(":"),
          ),
          bullets(notices.slice(0, shownAtMost).map((notice) => rowOf(notice, zone))),
          ...(rest > 0 ? [line(said(`and ${rest} more; the record has them all.`))] : []),
          ...(hasLeft
            ? [line(italic("Somebody who leaves may know what they have opened: /vault leaver lists what to change."))]
            : []),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_notice", event_payload: {} },
  };
}

function rowOf({ kind, subject, actor, vaultName, occurredAt }: Told, zone: string): RichTextElement[] {
  return [
    ...(subject.kind === "group" ? [said("The group ")] : []),
    quoted(nameOf(subject), 80, "somebody", { bold: true }),
    said(` ${verbs[kind]}`),
    ...(vaultName === null ? [] : [said(" "), quoted(vaultName, 80, "this vault", { bold: true })]),
    ...byOf(actor),
    said(", "),
    when(occurredAt, zone),
  ];
}

function byOf({ name, email, vaultIdentity }: Notice["actor"]): RichTextElement[] {
  const by = name ?? email ?? vaultIdentity;
  return by === null ? [] : [said(" by "), quoted(by, 80, "somebody")];
}

function nameOf({ name, email, identity }: Notice["subject"]): string {
  return name ?? email ?? identity;
}

const verbs: Record<NoticeKind, string> = {
  granted: "was given access to",
  changed: "may do something else than before in",
  revoked: "no longer has access to",
  suspended: "was suspended",
  reactivated: "was reactivated",
  deleted: "was removed from the account",
  "guest-changed": "changed between guest and member",
};
