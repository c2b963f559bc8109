import type { WatchedVault } from "../model.ts";
import { distance, foldWords } from "./fold-words.ts";

/** Finds the vault or item that a command names at its end: "on Company Visa", "in Servers", "for Company cards". */

export interface Target {
  vaultId: string;
  itemId: string | null;
}

export interface NamedTargets {
  /** More than one when the words fit several, or when they only nearly fit. */
  targets: Target[];
  isExact: boolean;
  rest: string;
  typed: string;
}

export function takeTarget(text: string, vaults: WatchedVault[]): NamedTargets | null {
  const names = allNames(vaults);
  const ending = text.replace(/[.,;!]+$/, "");
  let near: NamedTargets | null = null;
  for (const { words, rest, mayBeNear, typed } of endings(ending)) {
    const folded = foldWords(words);
    if (folded === "") continue;
    const exact = names.filter(({ name }) => name === folded).map(({ target }) => target);
    if (exact.length > 0) return { targets: exact, isExact: true, rest, typed };
    const slips = Math.min(2, Math.floor(folded.length / 6));
    if (!mayBeNear || slips === 0 || near) continue;
    const close = names.filter(({ name }) => distance(name, folded, slips) <= slips).map(({ target }) => target);
    if (close.length > 0) near = { targets: close, isExact: false, rest, typed };
  }
  return near;
}

/** Ids count as names too: they tell apart what has the same name. */
function allNames(vaults: WatchedVault[]): { name: string; target: Target }[] {
  const names = new Map<string, { name: string; target: Target }>();
  const add = (said: string | null, target: Target) => {
    const name = foldWords((said ?? "").replace(/[.,;!]+$/, ""));
    if (name) names.set(JSON.stringify([name, target.vaultId, target.itemId]), { name, target });
  };
  for (const vault of vaults) {
    for (const said of [vault.name, vault.id]) add(said, { vaultId: vault.id, itemId: null });
    for (const item of vault.items) {
      for (const said of [item.title, item.id]) add(said, { vaultId: vault.id, itemId: item.id });
    }
  }
  return [...names.values()];
}

/** What may be a name at the end, the longest first: after a preposition, or in quotes. */
function endings(text: string): { words: string; rest: string; typed: string; mayBeNear: boolean }[] {
  const inQuotes = /(?:^|\s)((?:(?:for|on|in|at|of|with)\s+|@\s?)?["“«”]([^"“”«»]{1,200})["”»“])$/iu.exec(text);
  if (inQuotes) {
    const [, typed = "", words = ""] = inQuotes;
    return [{ words, typed, rest: text.slice(0, text.length - typed.length).trim(), mayBeNear: true }];
  }
  const found: ReturnType<typeof endings> = [];
  const from = Math.max(0, text.length - 240);
  for (const match of text.slice(from).matchAll(/(?<=^|\s)(for|on|in|at|@)\s*(?=\S)/giu)) {
    if (match[1] !== "@" && !/\s$/.test(match[0])) continue;
    const start = from + match.index;
    const typed = text.slice(start);
    const words = text.slice(start + match[0].length);
    const preposition = match[1]?.toLowerCase();
    // "for the licence" is a purpose; "in the Company cards vault" is a place.
    const bare = preposition === "for" ? words : words.replace(/^the\s+/i, "").replace(/\s+(vault|item)$/i, "");
    for (const each of new Set([words, bare])) {
      found.push({ words: each, typed, rest: text.slice(0, start).trim(), mayBeNear: preposition !== "for" });
    }
  }
  return found;
}
