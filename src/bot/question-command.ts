import type { PersonNamed, VaultQuestion } from "./ports.ts";
import { readSince } from "./since.ts";
import { plainWords } from "./slack-escapes.ts";
import { SINCE_UNREADABLE } from "./views/report.ts";

export type QuestionReading = { kind: "asked"; question: VaultQuestion } | { kind: "not-understood"; problem: string };

export const questionWords = ["who", "seen", "changed", "open", "reviewers", "leaver"] as const;
export type QuestionWord = (typeof questionWords)[number];

const longestName = 200;

/**
 * What stands behind `/vault who`, `seen`, `changed`, `open` and `reviewers`, and behind `vaultbell report`: "Company Visa since
 * January", "@luis", "since monday in Company cards". Never throws.
 */
export function parseQuestion(word: QuestionWord, text: string, context: { now: Date; zone: string }): QuestionReading {
  const typed = text.slice(0, 4000);
  const { rest, since } = takeSince(typed, context);
  const isSinceUnreadable = since === "unreadable";
  if (word === "who") {
    const named = isSinceUnreadable ? [] : itemsNamed(rest).map((item) => ({ item, since }));
    if (named.length === 0 && !isSinceUnreadable) {
      return problem("Please say which item: “/vault who Company Visa since January”.");
    }
    const whole = itemsNamed(typed).map((item) => ({ item, since: null }));
    const readings = since === null ? named : [...whole, ...named];
    return { kind: "asked", question: { kind: "who", readings, isSinceUnreadable } };
  }
  if (isSinceUnreadable) return problem(SINCE_UNREADABLE);
  const name = plainWords(rest)
    .replace(/[?!]+$/, "")
    .trim();
  const [, inVault] = /\s(in\s+.+)$/i.exec(name) ?? [];
  const vault = inVault === undefined ? null : vaultNamed(inVault);
  const person = word === "seen" || word === "leaver" ? readPersonNamed(rest) : null;
  if (since !== null && (word === "open" || word === "leaver")) {
    return problem("This is answered as it stands now: please leave out since when.");
  }
  switch (word) {
    case "seen": {
      if (!person)
        return problem("Please choose the person from Slack’s list while you type @, or write their e-mail address.");
      return { kind: "asked", question: { kind: "seen", person, vault, since } };
    }
    case "leaver": {
      if (!person) return problem("Please say who leaves: by their e-mail address.");
      return { kind: "asked", question: { kind: "leaver", person, vault } };
    }
    case "changed": {
      if (!since) return problem("Please say since when: “/vault changed since monday”.");
      return { kind: "asked", question: { kind: "changed", vault: vaultNamed(name), since } };
    }
    case "open":
      return { kind: "asked", question: { kind: "open", vault: vaultNamed(name) } };
    case "reviewers":
      if (name !== "")
        return problem("How the verdicts come is told over all vaults: “/vault reviewers since January”.");
      return { kind: "asked", question: { kind: "reviewers", since } };
  }
}

/** As it stands there; without the mark of a question; and without words that only ask. */
function itemsNamed(typed: string): string[] {
  const words = plainWords(typed);
  const plain = words.replace(/[?!]+$/, "").trim();
  const all = [words, plain, plain.replace(/^(?:has\s+)?(?:opened|seen|saw)\s+/i, "")];
  return [...new Set(all.map((one) => unquoted(one).slice(0, longestName)))].filter((one) => one !== "");
}

/** A mention as Slack writes it, a member id, or an e-mail address: exact ids only, nobody is guessed at by name. */
export function readPersonNamed(text: string): PersonNamed | null {
  const id =
    /<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>/.exec(text)?.[1] ?? /(?:^|\s)([UW][A-Z0-9]{6,30})(?=\s|$)/.exec(text)?.[1];
  if (id) return { kind: "slack", id };
  const email = /[^\s<>:|@]{1,100}@[^\s<>:|@]{1,200}\.[^\s<>:|@.]{2,60}/.exec(text)?.[0];
  return email ? { kind: "email", email } : null;
}

/** "in Company cards" → "Company cards"; nothing: `null`. */
export function vaultNamed(words: string): string | null {
  return unquoted(words.replace(/^(?:in|of|on|for)\s+(?:the\s+)?/i, "")).slice(0, longestName) || null;
}

function takeSince(
  text: string,
  context: { now: Date; zone: string },
): { rest: string; since: Date | null | "unreadable" } {
  // The last "since" counts: an item may have the word in its name.
  const found = /^([\s\S]*?)(?:^|\s)since\s+((?:(?!\ssince\s)[\s\S])+)$/i.exec(text);
  if (!found) return { rest: text, since: null };
  const [, before = "", said = ""] = found;
  const [when = "", vault] = plainWords(said).split(/\s+(?=in\s)/i);
  const since = readSince(when, context);
  return { rest: [before, vault].filter(Boolean).join(" "), since: since ?? "unreadable" };
}

function unquoted(words: string): string {
  return words.replace(/^["“”«»'‘’]+|["“”«»'‘’]+$/g, "").trim();
}

function problem(said: string): QuestionReading {
  return { kind: "not-understood", problem: said };
}
