import type { Check } from "../../bot/checks.ts";

export const signs = { good: "✓", warning: "!", bad: "✗", unknown: "?" } as const;

/** "✗ channel C0CARDS: the bot isn't in it. In Slack: /invite @vaultbell" */
export function checkLine({ what, verdict, finding, remedy }: Check): string {
  return `${signs[verdict]} ${what}: ${finding}${remedy ? `. ${remedy}` : ""}`;
}

export function good(what: string, finding: string): Check {
  return { what, verdict: "good", finding, remedy: null };
}

export function bad(what: string, finding: string, remedy: string): Check {
  return { what, verdict: "bad", finding, remedy };
}

export function warning(what: string, finding: string, remedy: string): Check {
  return { what, verdict: "warning", finding, remedy };
}

export function unknown(what: string, finding: string): Check {
  return { what, verdict: "unknown", finding, remedy: null };
}

/** "3 min", "5 h", "12 days". */
export function sayAge(seconds: number): string {
  if (seconds < 5_400) return `${Math.max(1, Math.round(seconds / 60))} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
