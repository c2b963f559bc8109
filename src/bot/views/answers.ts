import type { RichTextElement } from "@slack/types";
import type { WatchedVault } from "../../model.ts";
import type { AcknowledgeOutcome, FloodOutcome, ReviewOutcome, ReviewRefusal } from "../ports.ts";
import type { MessageView } from "./alert.ts";
import { line, richText, said, user, users, when } from "./rich-text.ts";
import { plainMrkdwn } from "./text.ts";
import { vaultName } from "./words.ts";

/**
 * What only the clicker sees after a click: one line. `null`: the message itself says it, no answer is needed.
 */
export function reviewAnswer(outcome: ReviewOutcome): MessageView | null {
  switch (outcome.kind) {
    case "recorded":
      return outcome.coversAll
        ? null
        : answer(
            said("Recorded for what you saw. More came in meanwhile and stays open: please look at the message again."),
          );
    case "already-decided":
      return answer(
        said(`Already decided by `),
        user(outcome.by),
        said(" at "),
        when(outcome.at, outcome.vault.timezone, "time"),
        said(`: ${outcome.verdict === "expected" ? "Expected" : "Suspicious"}.`),
      );
    case "refused":
      return answer(...refusal(outcome.reason, outcome.vault, outcome.whoCan));
  }
}

function refusal(reason: ReviewRefusal, vault: WatchedVault | null, whoCan: string[]): RichTextElement[] {
  switch (reason) {
    case "own-access":
      return [said("You opened this item yourself, so somebody else must judge it. "), ...can(whoCan)];
    case "not-a-manager":
      return [
        said("You are not a manager of "),
        vault ? said(vaultName(vault), { bold: true }) : said("this vault"),
        ...(whoCan.length > 0
          ? [said(whoCan.length === 1 ? "; the manager is " : "; the managers are "), ...users(whoCan), said(".")]
          : [said(", so your click was not counted.")]),
      ];
    case "manager-since":
      return [
        said("You became a manager of "),
        vault ? said(vaultName(vault), { bold: true }) : said("this vault"),
        said(" after this alert was opened, so somebody who was one before must judge it. "),
        ...can(whoCan),
      ];
    case "guest":
      return [said("Guests of this workspace can’t judge an access. "), ...can(whoCan)];
    case "stranger":
      return [said("You are here from another workspace, so you can’t judge an access of this one. "), ...can(whoCan)];
    case "bot":
      return [said("A bot can’t judge an access: it takes a person. "), ...can(whoCan)];
    case "deactivated":
      return [said("This Slack account is deactivated, so the click was not counted. "), ...can(whoCan)];
    case "unknown-clicker":
      return [
        said("Slack couldn’t tell me just now who you are, so I didn’t count the click. Please try again in a minute."),
      ];
    case "wrong-message":
      return [
        said(
          "This button isn’t in the message that I posted for this alert, so I didn’t count it. Please use the one in the vault’s channel.",
        ),
      ];
    case "second-person":
      return [said("You have said Expected already; here it takes a second person to say so too. "), ...can(whoCan)];
    case "no-such-alert":
      return [said("I have no alert that belongs to this button. Please tell whoever runs Vaultbell.")];
    case "not-watched":
      return [said("That vault isn’t watched any more, so its alerts can’t be judged here.")];
    case "nothing-to-undo":
      return [
        said(
          "There is nothing for you to take back here. What waits for a second manager, only whoever said it can take back.",
        ),
      ];
    case "nothing-to-resolve":
      return [said("There is nothing to resolve here: Suspicious doesn’t stand any more.")];
  }
}

function can(whoCan: string[]): RichTextElement[] {
  return whoCan.length > 0
    ? [...users(whoCan), said(" can.")]
    : [said("Nobody else answers for this vault yet; please tell whoever runs Vaultbell.")];
}

/** What a click on a flood came to. `null`: the message itself says it. */
export function floodAnswer({ counted, own, decidedBefore, pending = 0, refused }: FloodOutcome): MessageView | null {
  if (counted === 0 && refused) return reviewAnswer(refused);
  const left = [
    ...(own > 0
      ? [own === 1 ? "one is about yourself and stays open" : `${own} are about yourself and stay open`]
      : []),
    ...(pending > 0
      ? [
          `${pending === 1 ? "one needs" : `${pending} need`} a second manager to say so too and ${pending === 1 ? "stays" : "stay"} open until then`,
        ]
      : []),
    ...(decidedBefore > 0 ? [`${decidedBefore} had been decided before`] : []),
    ...(refused ? ["some are in vaults that you don’t manage and stay open"] : []),
  ];
  if (left.length === 0) return counted > 0 ? null : answer(said("Nothing in this message was open any more."));
  return answer(said(`Recorded for ${counted === 1 ? "one alert" : `${counted} alerts`}; ${left.join(", ")}.`));
}

/** What only the clicker sees. `null`: the alert itself shows it. */
export function acknowledgeAnswer(outcome: AcknowledgeOutcome): MessageView | null {
  switch (outcome.kind) {
    case "acknowledged":
      return null;
    case "acknowledged-before":
      return answer(said("You said so before, and it counts once. A verdict ends it: Expected or Suspicious."));
    case "unknown-actor":
      return answer(
        said(
          "Nobody else is kept waiting by it: Slack doesn’t know who opened this, so one person’s word holds nothing back. A verdict counts: Expected or Suspicious.",
        ),
      );
    case "more-came":
      return answer(said("More has come in than your message showed, so nothing is held back yet. Please look again."));
    case "nothing-to-hold":
      return answer(
        said("Nothing is held back here: either nothing waits, or it needs a look right now. A verdict ends it."),
      );
    default:
      return reviewAnswer(outcome);
  }
}

export function oneByOneAnswer(alerts: number): MessageView {
  if (alerts === 0) return answer(said("Everything that is open in this message has a message of its own already."));
  const what = alerts === 1 ? "One alert follows" : `${alerts} alerts follow`;
  return answer(said(`${what} in this channel, one a second, as fast as Slack allows.`));
}

/** When something of ours broke: the click or command isn't lost silently. */
export function sorryAnswer(what: "click" | "command" | "form"): MessageView {
  return answer(
    said(
      `Something went wrong on my side, and I can’t say whether your ${what} was recorded. Please look, and try again in a minute.`,
    ),
  );
}

/** When Slack opens no form. A verdict has to wait; a purpose can be typed. */
export function formNotOpened(about: "purpose" | "verdict"): MessageView {
  return about === "verdict"
    ? answer(said("Slack didn’t open the form for me, so nothing was recorded. Please press the button again."))
    : answer(
        said("Slack didn’t open the form for me, so nothing was announced. Please type it: "),
        said("/intent paying licence renewal for 2h", { bold: true }),
      );
}

/** One line to one person, with the same words as its text. */
export function answer(...elements: RichTextElement[]): MessageView {
  return { text: spoken(elements) || "An answer for you.", blocks: [richText(line(...elements))] };
}

/** The elements as a notification says them; ids stay ids, everything else is made harmless. */
function spoken(elements: RichTextElement[]): string {
  return elements
    .map((element) => {
      if (element.type === "text") return spaced(element.text);
      if (element.type === "user") return `<@${element.user_id}>`;
      if (element.type === "channel") return `<#${element.channel_id}>`;
      if (element.type === "date") return plainMrkdwn(element.fallback ?? "", 80);
      return "";
    })
    .join("")
    .trim();
}

/** `plainMrkdwn` trims; the spaces at the seams are kept here. */
function spaced(text: string): string {
  const [before = ""] = /^\s*/.exec(text) ?? [];
  const [after = ""] = /\s*$/.exec(text) ?? [];
  const said = plainMrkdwn(text, 600);
  return said === "" ? " " : `${before && " "}${said}${after && " "}`;
}
