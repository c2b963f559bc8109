import type { ActionsBlock, RichTextElement } from "@slack/types";
import type { ProposalStands, SettingChange, SettingKey, SettingProposal, WatchedVault } from "../../model.ts";
import type { SettingsOutcome, SettingsRefusal } from "../ports.ts";
import type { MessageView } from "./alert.ts";
import { plain } from "./alert-actions.ts";
import { answer } from "./answers.ts";
import { bold, bullets, line, quoted, richText, said, user, users, when } from "./rich-text.ts";
import { sayValue, settingWords } from "./settings-words.ts";
import { clean, plainMrkdwn } from "./text.ts";
import { vaultName } from "./words.ts";

export const SETTINGS_CONFIRM = "settings_confirm";
export const SETTINGS_DECLINE = "settings_decline";

interface About {
  vault: WatchedVault;
  stands: ProposalStands;
  /** Who could confirm it. */
  whoCan: string[];
  blockId: string;
}

/** In the vault's channel: who changed what; or would, and who else has to say so. */
export function settingsMessage(proposal: SettingProposal, { vault, stands, whoCan, blockId }: About): MessageView {
  const name = vaultName(vault);
  const isDone = stands.kind === "in-force" || stands.kind === "confirmed";
  const who = plainMrkdwn(proposal.by.name, 40) || "A manager";
  return {
    text: `${who} ${isDone ? "changed" : "would like to change"} settings of ${plainMrkdwn(name, 40)}`,
    blocks: [
      {
        ...richText(
          line(
            said(isDone ? "⚙️ " : stands.kind === "open" ? "⚖️ " : "☑️ "),
            user(proposal.by.slackUserId),
            said(isDone ? " changed settings of " : " would like to change settings of "),
            bold(name),
            said(":"),
          ),
          bullets(proposal.changes.map(changeLine)),
          line(...standsLine(stands, { vault, whoCan, weakens: proposal.weakens })),
        ),
        block_id: blockId,
      },
      ...(stands.kind === "open" ? [buttons(proposal, name)] : []),
    ],
    metadata: { event_type: "vaultbell_setting", event_payload: { proposal_id: proposal.id } },
  };
}

function changeLine({ key, before, after }: SettingChange): RichTextElement[] {
  return [
    bold(settingWords(key).label),
    said(": "),
    quoted(sayValue(key, before), 200, "nothing"),
    said(" → "),
    quoted(sayValue(key, after), 200, "nothing"),
  ];
}

function standsLine(
  stands: ProposalStands,
  { vault, whoCan, weakens }: { vault: WatchedVault; whoCan: string[]; weakens: SettingKey[] },
): RichTextElement[] {
  switch (stands.kind) {
    case "in-force":
      return [said("It holds from now on; what happened before is judged by what stood then.")];
    case "open":
      return [
        said(
          `It makes the watch weaker (${weakens.map((key) => settingWords(key).label.toLowerCase()).join(", ")}), so `,
        ),
        ...(whoCan.length > 0 ? users(whoCan) : [said("another manager")]),
        said(
          whoCan.length > 1
            ? " may confirm it: one of them is enough. Nothing changes before; it waits until "
            : " must confirm it. Nothing changes before; it waits until ",
        ),
        when(stands.until, vault.timezone),
        said("."),
      ];
    case "lapsed":
      return [said("Nobody confirmed it in time, so nothing changed.")];
    case "confirmed":
      return [
        said("Confirmed by "),
        user(stands.by),
        said(", "),
        when(stands.at, vault.timezone),
        said(". It holds since then."),
      ];
    case "declined":
      return [said("Declined by "), user(stands.by), said(", so nothing changed.")];
    case "withdrawn":
      return [said("Taken back by "), user(stands.by), said(", so nothing changed.")];
    case "outdated":
      return [
        said("When "),
        user(stands.by),
        said(" confirmed it, other settings held than it was made for, so nothing changed."),
      ];
  }
}

function buttons({ id }: SettingProposal, vault: string): ActionsBlock {
  return {
    type: "actions",
    elements: [
      {
        type: "button",
        action_id: SETTINGS_CONFIRM,
        text: plain("Confirm"),
        value: `setting:${id}`,
        style: "primary",
        accessibility_label: clean(`Confirm the change of ${vault}`, 75, 75),
      },
      {
        type: "button",
        action_id: SETTINGS_DECLINE,
        text: plain("Decline"),
        value: `setting:${id}`,
        accessibility_label: clean(`Decline the change of ${vault}`, 75, 75),
      },
    ],
  };
}

/** In the vault's channel: what was set in Slack is over, because the file says it. */
export function settingEndedMessage(
  { key, value }: { key: SettingKey; value: string | null },
  { vault, blockId }: { vault: WatchedVault; blockId: string },
): MessageView {
  const name = vaultName(vault);
  return {
    text: `A setting of ${plainMrkdwn(name, 40)} has ended: vaultbell.yaml says it now`,
    blocks: [
      {
        ...richText(
          line(
            said("⚙️ "),
            bold(settingWords(key).label),
            said(" of "),
            bold(name),
            said(" is set in vaultbell.yaml now, which goes first. What was set here (‘"),
            quoted(sayValue(key, value), 200, "nothing"),
            said("’) has ended."),
          ),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_setting", event_payload: { setting: key } },
  };
}

/** What only the asker sees. */
export function settingsAnswer(outcome: SettingsOutcome): MessageView {
  switch (outcome.kind) {
    case "unchanged":
      return answer(said("Nothing was changed: it all holds already."));
    case "changed":
      return answer(
        said("Changed, and said in the channel of "),
        bold(vaultName(outcome.vault)),
        said(". It holds from now on."),
      );
    case "waits":
      return answer(
        said("Asked in the channel of "),
        bold(vaultName(outcome.vault)),
        said(": it makes the watch weaker, so it holds once "),
        ...(outcome.whoCan.length > 0 ? users(outcome.whoCan) : [said("another manager")]),
        said(outcome.whoCan.length > 1 ? " (one of them is enough) confirms it." : " confirms it."),
      );
    case "confirmed":
      return answer(said("Confirmed. It holds for "), bold(vaultName(outcome.vault)), said(" from now on."));
    case "declined":
      return answer(said("Declined. Nothing changed."));
    case "withdrawn":
      return answer(said("Taken back. Nothing changed."));
    case "outdated":
      return answer(
        said("Other settings hold by now than this was made for, so nothing changed. It can be proposed anew."),
      );
    case "already":
      return answer(...already(outcome.stands));
    case "refused":
      return answer(
        said(REFUSALS[outcome.reason](outcome.vault ? vaultName(outcome.vault) : "this vault")),
        ...(outcome.whoCan.length > 0 ? [said(" Who can: "), ...users(outcome.whoCan), said(".")] : []),
      );
  }
}

function already(stands: ProposalStands): RichTextElement[] {
  switch (stands.kind) {
    case "in-force":
    case "open":
      return [said("It holds already.")];
    case "lapsed":
      return [said("It waited too long and is over. It can be proposed anew.")];
    case "outdated":
      return [said("It is over: other settings hold by now than it was made for.")];
    default:
      return [
        said("Already "),
        said(stands.kind === "withdrawn" ? "taken back" : stands.kind),
        said(" by "),
        user(stands.by),
        said("."),
      ];
  }
}

const REFUSALS: Record<SettingsRefusal, (vault: string) => string> = {
  "unknown-clicker": () =>
    "Slack couldn’t tell me just now who you are, so nothing was done. Please try again in a minute.",
  deactivated: () => "This Slack account is deactivated, so nothing was done.",
  bot: () => "A bot can’t change settings: it takes a person.",
  stranger: () => "You are here from another workspace, so you can’t change settings of this one.",
  guest: () => "Guests of this workspace can’t change settings.",
  "not-a-manager": (vault) => `You are not a manager of ${vault}, so nothing was done. One of its managers can.`,
  "manager-since": (vault) =>
    `You became a manager of ${vault} after this was proposed, so somebody who was one before must confirm it.`,
  proposer: () =>
    "You proposed this yourself, and it makes the watch weaker, so another manager must confirm it. “Decline” takes it back.",
  "nobody-else": (vault) =>
    `This makes the watch weaker, and ${vault} has no second manager who could confirm it, so nothing was changed. Whoever runs Vaultbell can write it into vaultbell.yaml, or name a second manager there.`,
  "changed-meanwhile": () =>
    "Somebody changed settings of this vault while you had the form open, so nothing of yours was taken. Please open Settings again: it shows what holds now.",
  "not-understood": () =>
    "That isn’t how such a setting is written, so nothing was changed. Please open Settings again.",
  "no-such-vault": () => "That vault isn’t watched (any more), so there is nothing to set.",
  "no-such-proposal": () => "I have no proposal that belongs to this button. Please tell whoever runs Vaultbell.",
  "wrong-message": () =>
    "This button isn’t in what I show you now, so nothing was done. Please open my Home, or the vault’s channel, again.",
};

/** What a proposal's buttons carry. `null`: not ours. */
export function readProposalId(value: string): string | null {
  return /^setting:(\d{1,18})$/.exec(value)?.[1] ?? null;
}
