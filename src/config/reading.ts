/** What comes of reading one text of the configuration: its value, or what is wrong with it and what would be right. */
export type Reading<T> = { ok: true; value: T } | Misread;

export interface Misread {
  ok: false;
  /** A sentence without its full stop. */
  problem: string;
  /** The nearest right value, to be written in the place of the wrong one. `null`: only the operator can know it. */
  right: string | null;
  /** How to find what is right, as a sentence with its full stop. */
  how?: string;
}

export function understood<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function misread(problem: string, right: string | null, how?: string): Misread {
  return how === undefined ? { ok: false, problem, right } : { ok: false, problem, right, how };
}

/** A text from a file as a message may show it: in quotes, on one line, of bounded length, without control characters. */
export function quoted(text: string): string {
  const visible = text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
  const characters = [...visible.slice(0, 400)];
  return `"${characters.length > 60 ? `${characters.slice(0, 59).join("")}…` : characters.join("")}"`;
}

/** A line of text for people: not empty, no control characters, at most `longest` characters. */
export function readLine(text: string, longest: number): Reading<string> {
  const line = text.trim();
  if (line === "") return misread("this text is empty", null, "Write a few words there.");
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(line)) {
    const tidied = line.replaceAll(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
    return misread("this text has line breaks or control characters in it", tidied.length > longest ? null : tidied);
  }
  const length = [...line].length;
  if (length > longest) {
    return misread(`this text has ${length} characters`, null, `Shorten it to ${longest} characters or fewer.`);
  }
  return understood(line);
}

/** An id as a vault service gives it. It is compared exactly, and therefore taken exactly. */
export function readVaultServiceId(text: string): Reading<string> {
  if (text.trim() === "") return misread("this id is empty", null, "Copy the id from the vault service.");
  if (text !== text.trim()) return misread(`the id ${quoted(text)} begins or ends with a space`, text.trim());
  if ([...text].length > 512) {
    return misread("this id has more than 512 characters", null, "Copy the id from the vault service.");
  }
  return understood(text);
}
