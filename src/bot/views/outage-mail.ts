import { sayDuration, sayMoment } from "../../time.ts";
import { clean } from "./text.ts";

/** A plain-text mail. */
export interface Mail {
  subject: string;
  text: string;
}

interface Unshown {
  vault: string;
  who: string;
  sentence: string;
  /** It is shown in Slack, without its newest access. */
  isMore: boolean;
  trouble: string | null;
}

/** What the lead reads when Slack shows nothing: what waits, why, and that nothing is lost. */
export function outageMail(outage: { beganAt: Date; count: number; alerts: Unshown[] }, zone: string): Mail {
  const { beganAt, count, alerts } = outage;
  const what = count === 1 ? "One alert" : `${count} alerts`;
  const trouble = alerts.find((alert) => alert.trouble !== null)?.trouble;
  const more = count - alerts.length;
  return {
    subject: `Vaultbell: ${count === 1 ? "one alert" : `${count} alerts`} can't be shown in Slack`,
    text: [
      `${what} could not be shown in Slack. Noticed ${sayMoment(beganAt, zone, longAgo)}.${trouble ? ` Slack says: ${clean(trouble, 60)}.` : ""}`,
      "Nothing is lost: everything is recorded, and is shown as soon as Slack lets us.",
      "",
      ...alerts.map(
        ({ who, vault, sentence, isMore }) =>
          `- ${clean(who, 60) || "Somebody"}, ${clean(vault, 60)}: ${clean(sentence, 300)}${isMore ? " (more since Slack showed it last)" : ""}`,
      ),
      ...(more > 0 ? [`- and ${more} more`] : []),
      "",
      whatToDo,
    ].join("\n"),
  };
}

export function recoveryMail(over: { beganAt: Date; alerts: number }, now: Date, zone: string): Mail {
  return {
    subject: "Vaultbell: Slack shows everything again",
    text: [
      `What could not be shown since ${sayMoment(over.beganAt, zone, longAgo)} is in Slack now, ${sayDuration(now.getTime() - over.beganAt.getTime())} later.`,
      "Please look there: those alerts wait for a verdict.",
    ].join("\n"),
  };
}

/** What the lead reads when Slack doesn't show digests, each in its one line. */
export function digestMail(digests: { words: string; trouble: string }[]): Mail {
  const [what, they, are] =
    digests.length === 1 ? ["The week's digest", "it", "is"] : [`${digests.length} digests`, "they", "are"];
  const subject = what.replace("The", "the");
  return {
    subject: `Vaultbell: ${subject} can't be shown in Slack`,
    text: [
      `${what} could not be shown in Slack for an hour.`,
      `Nothing is lost: ${they} ${are} shown as soon as Slack lets us.`,
      "",
      ...digests.map(({ words, trouble }) => `- ${words}. Slack says: ${clean(trouble, 60)}.`),
      "",
      whatToDo,
    ].join("\n"),
  };
}

const whatToDo =
  "What to do: `npx vaultbell doctor` on the machine that runs Vaultbell says what is wrong and how to mend it.";

/** Seen from here every moment is said with its full date. */
const longAgo = new Date(0);
