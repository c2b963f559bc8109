import type { EscalationTarget, ManagerRef } from "../model.ts";
import { misread, quoted, type Reading, understood } from "./reading.ts";

export const channelPattern = "^[CG][A-Z0-9]{2,20}$";
export const slackUserPattern = "^[UW][A-Z0-9]{2,20}$";
const userGroupPattern = "^S[A-Z0-9]{2,20}$";
export const emailPattern = '^[^\\s@<>,;:"()]{1,64}@[^\\s@<>,;:"()]{1,190}\\.[^\\s@<>,;:"().]{1,63}$';

/** Any of the three ways to name a manager. */
export const managerPattern = [slackUserPattern, userGroupPattern, emailPattern].join("|");

/** A manager, or a channel. */
export const targetPattern = [channelPattern, managerPattern].join("|");

export const howToFindChannel =
  "Copy the channel's id: in Slack, click the channel's name at the top; the id (C…) is at the bottom of About.";
const howToFindMember = "Copy the member id: in Slack, open the person's profile, then ⋮, then Copy member ID (U…).";

/** Reads the id of a Slack channel. A name is refused, because an id survives the channel's renaming. */
export function readChannel(text: string): Reading<string> {
  if (new RegExp(channelPattern).test(text)) return understood(text);
  // A link to the channel, a mention of it, or the id in small letters: the id is in there.
  const id = /(?:\/archives\/|^<#|^)([CG](?=[A-Z]*\d)[A-Z0-9]{6,20})(?=$|[|>/?])/i
    .exec(text.trim())?.[1]
    ?.toUpperCase();
  if (id) return misread(`${quoted(text)} is not a channel's id`, id);
  if (/^D[A-Z0-9]{6,}$/.test(text)) {
    return misread(
      `${quoted(text)} is a direct message, where only one person would see the alerts`,
      null,
      howToFindChannel,
    );
  }
  return misread(`${quoted(text)} is not a channel's id`, null, howToFindChannel);
}

/** Reads the id of a Slack user, `U…` or `W…`. */
export function readSlackUser(text: string): Reading<string> {
  if (new RegExp(slackUserPattern).test(text)) return understood(text);
  return misread(`${quoted(text)} is not a Slack user's id`, idWithin(text), howToFindMember);
}

/** Reads a manager: an e-mail address, a Slack user `U…`/`W…`, or a Slack user group `S…`. */
export function readManager(text: string): Reading<ManagerRef> {
  if (new RegExp(slackUserPattern).test(text)) return understood({ kind: "slack-user", id: text });
  if (new RegExp(userGroupPattern).test(text)) return understood({ kind: "user-group", id: text });
  const email = readEmail(text);
  if (email.ok) return understood({ kind: "email", email: email.value });
  return misread(
    `${quoted(text)} names no manager`,
    email.right ?? idWithin(text),
    "Managers are named by e-mail address, by Slack member id (U…), or by user group id (S…).",
  );
}

/** Reads who hears of an escalation: a channel's id, or whatever names a manager. */
export function readTarget(text: string): Reading<EscalationTarget> {
  const manager = readManager(text);
  if (manager.ok) return manager;
  const channel = readChannel(text);
  if (channel.ok) return understood({ kind: "channel", id: channel.value });
  if (channel.right !== null) return channel;
  return misread(
    `${quoted(text)} names nobody who could hear of it`,
    manager.right,
    `Write a channel's id (C…), an e-mail address, a Slack member id (U…), or a user group id (S…). ${howToFindChannel}`,
  );
}

export function readEmail(text: string): Reading<string> {
  if (new RegExp(emailPattern).test(text)) return understood(text);
  // "Marta Vidal <marta@example.com>", a mailto: link or a stray space: the address is in there.
  const within = /[^\s@<>,;:"()]+@[^\s@<>,;:"()]+/.exec(text.slice(0, 400))?.[0] ?? "";
  const right = new RegExp(emailPattern).test(within) ? within : null;
  return misread(`${quoted(text)} is not an e-mail address`, right, "Write it as in `marta@example.com`.");
}

/** The id in a mention such as <@U02DANA> or in a profile's link. */
function idWithin(text: string): string | null {
  const id = /(?:^<@|^<!subteam\^|\/team\/|^@)([USW](?=[A-Z]*\d)[A-Z0-9]{5,20})(?=$|[|>])/.exec(text.trim())?.[1];
  return id ?? null;
}
