import type { DigestReadOutcome, DigestRefusal, DigestSoFarOutcome } from "../ports.ts";
import type { MessageView } from "./alert.ts";
import { answer } from "./answers.ts";
import { digestSoFar } from "./digest.ts";
import { said } from "./rich-text.ts";

/** `/vault digest`: the running week, or why not. */
export function digestSoFarAnswer(outcome: DigestSoFarOutcome): MessageView {
  if (outcome.kind === "digest") return digestSoFar(outcome.digest);
  return answer(said(NO_DIGEST[outcome.reason]));
}

/** What whoever pressed the button is told, privately; that it was noted, the message shows a moment later. */
export function digestReadAnswer(outcome: DigestReadOutcome): MessageView | null {
  switch (outcome.kind) {
    case "noted":
      return null;
    case "already":
      return answer(said("It’s noted already that you have read it. Thank you."));
    case "refused":
      return answer(said(REFUSALS[outcome.reason]));
  }
}

/** Why nobody is shown the running week. */
const NO_DIGEST: Record<Exclude<DigestRefusal, "no-such-digest">, string> = {
  "unknown-clicker": "Slack couldn’t tell me just now who you are, so nothing is shown. Please try again in a minute.",
  deactivated: "This Slack account is deactivated, so nothing is shown.",
  bot: "This is for people, so nothing is shown.",
  stranger: "You are here from another workspace: a vault’s week is shown to the managers of this one alone.",
  guest: "You are a guest here: a vault’s week is shown to its managers, who are members of this workspace.",
  "not-a-manager": "Only the managers of a vault, and those who answer for all vaults, are shown its week.",
};

const REFUSALS: Record<DigestRefusal, string> = {
  "unknown-clicker": "Slack couldn’t tell me just now who you are, so nothing was noted. Please try again in a minute.",
  deactivated: "This Slack account is deactivated, so nothing was noted.",
  bot: "This is for people, so nothing was noted.",
  stranger: "You are here from another workspace: reading is welcome, and only this one’s managers are noted.",
  guest: "You are a guest here: reading is welcome, and only the vault’s managers are noted.",
  "not-a-manager":
    "Reading is welcome; only the vault’s managers, and those who answer for all vaults, are noted here.",
  "no-such-digest": "I have no digest that belongs to this button. Please tell whoever runs Vaultbell.",
};
