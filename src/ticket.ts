import type { TicketRule } from "./model.ts";

/**
 * The tickets that a vault asks for: a pattern that an operator wrote, matched against what people type. It must never be able
 * to hang the process, so that only patterns are taken whose worst case is small, on texts that are short. Pure.
 */

/** Longer than any ticket; each repetition that may vary can try as many lengths. */
export const longestTicket = 40;
const longestPattern = 100;
const mostVarying = 3;
const mostAlternatives = 6;

/** What is wrong with a pattern, as the end of a sentence about it; `null`: it can be used. */
export function ticketPatternProblem(pattern: string): string | null {
  if (pattern.length > longestPattern) return `is longer than ${longestPattern} characters`;
  const parts = partsOf(pattern);
  // What begins with (? and isn't (?: looks around or refers back.
  if (parts === null || parts.some((part, place) => part === "(" && isRepetition(parts[place + 1]))) {
    return "holds something that isn't taken here (letters, digits, [sets], \\d, (a|b) and repetitions are)";
  }
  if (parts.some((part, place) => part === ")" && isRepetition(parts[place + 1])))
    return "repeats a group, which can take for ever";
  if (parts.filter(isVarying).length > mostVarying) return `has more than ${mostVarying} repetitions of any length`;
  if (parts.filter((part) => part === "|").length >= mostAlternatives)
    return `has more than ${mostAlternatives} alternatives`;
  const whole = compile(pattern);
  if (whole === null) return "isn't a regular expression";
  return whole.test("") ? "fits nothing at all, too" : null;
}

/** The ticket that a word is, as the rule writes it: "ops-123" is OPS-123 where only capitals are meant. `null`: it is none. */
export function readTicket(word: string, { pattern }: TicketRule): string | null {
  const typed = word.trim();
  if (typed === "" || typed.length > longestTicket) return null;
  const whole = compile(pattern);
  return [typed, typed.toUpperCase()].find((one) => whole?.test(one)) ?? null;
}

/** The first ticket among the words of a purpose, and the purpose without it where it stands at an edge. */
export function takeTicket(purpose: string, rules: TicketRule[]): { ticket: string; rest: string } | null {
  if (rules.length === 0) return null;
  const words = purpose.split(/\s+/).slice(0, mostWords);
  for (const [place, word] of words.entries()) {
    const bare = word.replace(/^[([{"'#]+|[)\]}"',.;:!?]+$/g, "");
    const ticket = rules.map((rule) => readTicket(bare, rule)).find((one) => one !== null);
    if (!ticket) continue;
    const isEdge = words.length > 1 && (place === 0 || place === words.length - 1);
    const rest = words.filter((_, other) => other !== place).join(" ");
    return { ticket, rest: isEdge ? rest.replace(/^[\s:,;–—-]+|[\s:,;–—-]+$/g, "") || purpose : purpose };
  }
  return null;
}

const mostWords = 100;

/** "a ticket, such as OPS-123". */
export function sayTicket({ example }: TicketRule): string {
  return example === null ? "a ticket’s number" : `a ticket’s number, such as ${example}`;
}

const PART =
  /\\[dwDWsS.\\/\-+*?()[\]{}|^$_#]|\[\^?(?:\\[dws\-\]\\^.]|[^\\[\]])+\]|\{\d{1,2}(?:,\d{0,2})?\}|\(\?:|[()|*+?.^$]|[A-Za-z0-9 _#:/@=,;<>!%&~'"-]/gy;

/** The pattern's parts in their order; `null`: something in it is none that is taken. Look-arounds and references aren't. */
function partsOf(pattern: string): string[] | null {
  const parts = pattern.match(PART) ?? [];
  return parts.join("") === pattern ? parts : null;
}

const isRepetition = (part: string | undefined) => part !== undefined && /^(?:[*+?]|\{.*\})$/.test(part);
const isVarying = (part: string) => /^(?:[*+?]|\{\d+,\d*\})$/.test(part);

/** The whole text must fit, whether or not the operator wrote ^ and $. */
function compile(pattern: string): RegExp | null {
  try {
    // Without the u flag, in which OPS\-\d+ would be a mistake: a backslash before a hyphen does no harm. Patterns are ASCII.
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    return null;
  }
}
