import type { PersonNamed, VaultQuestion } from "./ports.ts";
import { readSince } from "./since.ts";
import { plainWords } from "./slack-escapes.ts";

export type QuestionReading = { kind: "asked"; question: VaultQuestion } | { kind: "not-understood"; problem: string };

export const questionWords = ["who", "seen", "changed", "open", "reviewers", "leaver"] as const;
export type QuestionWord = (typeof questionWords)[number];

const longestName = 200;

/**
 * What stands behind `/vault who`, `seen`, `changed`, `open` and `reviewers`, and behind `vaultbell report`: "Company Visa since
 * January", "@luis", "since monday in Company cards". Never throws.
 */
export function parseQuestion(word: QuestionWord, text: string, context: { now: Date; zone: string }): QuestionReading {
  const { rest, since } = takeSince(text.slice(0, 4000), context);
  if (since === "unreadable") {
    return problem(
      "I can’t tell since when. Please write it like “since January”, “since monday” or “since 2026-03-01”.",
    );
  }
  const name = plainWords(rest)
    .replace(/[?!]+$/, "")
    .trim();
  switch (word) {
    case "who": {
      const item = unquoted(name.replace(/^(?:has\s+)?(?:opened|seen|saw)\s+/i, ""));
      if (item === "") return problem("Please say which item: “/vault who Company Visa since January”.");
      return { kind: "asked", question: { kind: "who", item: item.slice(0, longestName), since } };
    }
    case "seen": {
      const person = readPersonNamed(rest);
      if (!person)
        return problem("Please choose the person from Slack’s list while you type @, or write their e-mail address.");
      return { kind: "asked", question: { kind: "seen", person, since } };
    }
    case "leaver": {
      const person = readPersonNamed(rest);
      if (!person) return problem("Please say who leaves: by their e-mail address.");
      const vault = /\sin\s+(.+)$/i.exec(name)?.[1];
      return { kind: "asked", question: { kind: "leaver", person, vault: vault ? vaultNamed(vault) : null } };
    }
    case "changed": {
      if (!since) return problem("Please say since when: “/vault changed since monday”.");
      return { kind: "asked", question: { kind: "changed", vault: vaultNamed(name), since } };
    }
    case "open":
      return { kind: "asked", question: { kind: "open", vault: vaultNamed(name) } };
    case "reviewers":
      return { kind: "asked", question: { kind: "reviewers", since } };
  }
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
