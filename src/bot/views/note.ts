import type { Alert, WatchedVault } from "../../model.ts";
import type { MessageView } from "./alert.ts";
import { line, quote, quoted, richText, said, user, users } from "./rich-text.ts";
import { plainMrkdwn } from "./text.ts";
import { itemTitle, personName, sayWhat, vaultName } from "./words.ts";

/** In the thread and in the channel, because an edit makes no sound: the sitting has become critical. */
export function louderNote(
  alert: Alert,
  {
    vault,
    managers,
    revision,
    blockId,
  }: { vault: WatchedVault; managers: string[]; revision: number; blockId: string },
): MessageView {
  const loud = alert.accesses.find((access) => access.revision === revision);
  if (!loud) throw new Error(`alert ${alert.id} has no revision ${revision}`);
  const who = personName(alert.person);
  const { sentence } = loud.assessment;
  return {
    text: `Now unusual: ${plainMrkdwn(who, 40)}, ${plainMrkdwn(itemTitle(loud.access, vault, 50), 50)} (${plainMrkdwn(vaultName(vault), 40)}), ${plainMrkdwn(sentence, 120)}`,
    blocks: [
      {
        ...richText(
          line(
            said("🔴 This sitting has become unusual: "),
            alert.person.slack.kind === "matched" ? user(alert.person.slack.user.id) : quoted(who, 60, "somebody"),
            said(` went on, with ${itemTitle(loud.access, vault)}.`),
            ...(managers.length > 0 ? [said(" "), ...users(managers), said(": do you know about this?")] : []),
          ),
          quote(quoted(sentence, 400, "No reason was given.")),
        ),
        block_id: blockId,
      },
    ],
  };
}

/** In the thread alone: somebody pressed a button on their own accesses. Said as a fact, since it may be a slip. */
export function ownClickNote(by: string, { name, blockId }: { name: string; blockId: string }): MessageView {
  return {
    text: `${plainMrkdwn(name, 40) || "Somebody"} pressed a button on their own access; it didn't count`,
    blocks: [
      {
        ...richText(
          line(
            user(by),
            said(" pressed a button on an alert about themselves. It didn’t count; somebody else decides."),
          ),
        ),
        block_id: blockId,
      },
    ],
  };
}

/** In the thread and in the channel: whoever was asked says that it wasn't them. This can't wait for an edit to be seen. */
export function deniedNote(
  alert: Alert,
  { vault, managers, blockId }: { vault: WatchedVault; managers: string[]; blockId: string },
): MessageView {
  const who = personName(alert.person);
  const what = sayWhat(alert, vault);
  return {
    text: `${plainMrkdwn(who, 40)} says: that wasn’t me. Their account ${plainMrkdwn(what, 80)} (${plainMrkdwn(vaultName(vault), 40)})`,
    blocks: [
      {
        ...richText(
          line(
            said("🔴 "),
            alert.person.slack.kind === "matched" ? user(alert.person.slack.user.id) : quoted(who, 60, "Somebody"),
            said(` says that it wasn’t them whose account ${what}.`),
            ...(managers.length > 0 ? [said(" "), ...users(managers), said(": please look now.")] : []),
          ),
        ),
        block_id: blockId,
      },
    ],
  };
}
