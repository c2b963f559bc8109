import type { Access, SlackStatus } from "../model.ts";
import { civilDate } from "../time.ts";
import { closedOn } from "./hours.ts";
import { firstName, plainText, quote } from "./plain-text.ts";
import type { Known, Policy } from "./policy.ts";

/** Is whoever opened it said to be away? A fact for the card, never a proof: people open things on their holidays. */
export const absentActor: Policy = {
  name: "absent-actor",
  about: "circumstances",
  level: "note",
  whatToDo:
    "Ask them by another way than Slack whether it was them: they may be away, and somebody else at their account.",
  find(access, known) {
    const name = firstName(known.actorName, access.actor.email);
    return sayPlanned(name, access, known) ?? sayStatus(name, access, known);
  },
};

function sayPlanned(name: string, { occurredAt }: Access, { person, vault }: Known): string | null {
  if (person.away.length === 0 && person.holidays === null) return null;
  const date = civilDate(occurredAt, person.timezone ?? vault.timezone);
  const day = closedOn({ holidays: person.holidays, closed: person.away }, date);
  if (day === null) return null;
  return day === "a closed day" ? `${name} is down as away on that day` : `${day} where ${name} is`;
}

/** What a status says is true for about the time at which it was read. */
const trustedMs = 12 * 60 * 60_000;

function sayStatus(name: string, { occurredAt }: Access, { person: { slack } }: Known): string | null {
  const status = slack.kind === "matched" ? (slack.user.status ?? null) : null;
  if (status === null || !saysAway(status)) return null;
  if (status.seenAt !== null && Math.abs(+occurredAt - +status.seenAt) > trustedMs) return null;
  if (status.until !== null && status.until <= occurredAt) return null;
  const said = plainText(status.text, 80);
  return said === "" ? `${name}'s Slack status says away` : `${name}'s Slack status says ${quote(said)}`;
}

/** Slack's own suggestions for a holiday and for being ill, and what people write in the languages that we read. */
function saysAway({ text, emoji }: SlackStatus): boolean {
  return (
    /^:(palm_tree|face_with_thermometer|beach_with_umbrella|desert_island|airplane)/.test(emoji) || words.test(text)
  );
}

const words =
  /(?<!\p{L})(vacation(ing)?|on holidays?|annual leave|on leave|(parental|maternity|paternity|sick) leave|out sick|off sick|out of (the )?office|ooo|pto|away|de vacaciones|vacaciones|de baja|festivo|im urlaub|urlaub|krank|abwesend|en vacances|en congé|absente?|malade)(?!\p{L})/iu;
