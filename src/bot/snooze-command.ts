import type { PolicyName, SnoozeScope, WatchedVault } from "../model.ts";
import { foldWords } from "./fold-words.ts";
import { takeTarget } from "./intent-target.ts";
import { resolveWindow } from "./intent-window.ts";
import { takePhrase, type WindowPieces } from "./intent-window-phrases.ts";
import { plainWords } from "./slack-escapes.ts";

export interface SnoozeCommandContext {
  now: Date;
  zone: string;
  vaults: WatchedVault[];
  policies: PolicyName[];
  /** Where it was typed: a vault's channel means that vault when none is named. */
  channelId: string;
}

export type SnoozeCommand =
  | { kind: "snooze"; vaultId: string; endsAt: Date; reason: string; only: SnoozeScope }
  | { kind: "not-understood"; problem: string };

const twoWeeksMinutes = 14 * 24 * 60;

/** What stands behind `/vault snooze`: "Company cards until Fri 18:00 only @Dana because stocktaking". Never throws. */
export function parseSnoozeCommand(text: string, context: SnoozeCommandContext): SnoozeCommand {
  const [head = "", reason = ""] = splitAt(text.slice(0, 4000), /\bbecause\b:?/i);
  if (plainWords(reason) === "")
    return problem("Please say why, behind “because”: it is what your colleagues will read.");
  const mention = /(?:\b(?:only|for)\s+)?<@([UW][A-Z0-9]{1,30})(?:\|[^>]*)?>/.exec(head);
  const left = plainWords(mention ? head.replace(mention[0], " ") : head);
  const policy = context.policies.find((name) => new RegExp(`\\bonly\\s+${name}\\b`, "i").test(left)) ?? null;
  const parts = takeParts(
    policy === null ? left : left.replace(new RegExp(`\\bonly\\s+${policy}\\b`, "i"), " ").trim(),
    context,
  );
  if (/^@\S+/.test(parts.rest) || /\s@\S+/.test(parts.rest)) {
    return problem("I can’t tell whom you mean: please choose the person from Slack’s list while you type @.");
  }
  if (!parts.isEnded) return problem("Please say until when: “until Fri 18:00” or “for 3 days”, 14 days at most.");
  const window = resolveWindow(parts.pieces, { ...context, defaultMinutes: 60, maximumMinutes: twoWeeksMinutes });
  if (window.kind === "problem") return problem(window.problem);
  if (window.startsAt !== null) return problem("A snooze begins at once: please say only until when.");
  const vaultId = vaultOf(parts, context);
  if (vaultId === null)
    return problem("Which vault? Please name it as it is called here, or type this in its channel.");
  const only = { slackUserId: mention?.[1] ?? null, itemId: parts.itemId, policy };
  if (Object.values(only).filter((one) => one !== null).length > 1) {
    return problem("Please narrow it by one thing only: a person, an item or a policy.");
  }
  return { kind: "snooze", vaultId, endsAt: window.endsAt, reason: plainWords(reason).slice(0, 300), only };
}

/** When it ends, said as behind a command; `null`: not understood. For forms. */
export function readUntil(text: string, context: SnoozeCommandContext): { endsAt: Date } | { problem: string } {
  const words = plainWords(text);
  const found = takeParts(words, { ...context, vaults: [] });
  const said = found.isEnded && found.rest === "" ? found : takeParts(`until ${words}`, { ...context, vaults: [] });
  if (!said.isEnded || said.rest !== "") return { problem: "Please write it like “until Fri 18:00” or “for 3 days”." };
  const window = resolveWindow(said.pieces, { ...context, defaultMinutes: 60, maximumMinutes: twoWeeksMinutes });
  return window.kind === "problem" ? { problem: window.problem } : { endsAt: window.endsAt };
}

interface Parts {
  pieces: WindowPieces;
  isEnded: boolean;
  vaultId: string | null;
  itemId: string | null;
  rest: string;
}

/** Times and names are taken off the end, in whichever order they stand; what is left may be the vault's name. */
function takeParts(words: string, { vaults }: SnoozeCommandContext): Parts {
  let rest = words;
  let pieces: WindowPieces = {};
  let vaultId: string | null = null;
  let itemId: string | null = null;
  for (let round = 0; round < 6; round++) {
    const phrase = takePhrase(rest, pieces, "end");
    if (phrase) {
      pieces = { ...pieces, ...phrase.pieces };
      rest = phrase.rest;
      continue;
    }
    const named = takeTarget(rest.replace(/\bonly\s+(?=(?:on|for)\s)/i, ""), vaults);
    const [target, ...others] = named?.targets ?? [];
    if (!named?.isExact || !target || others.length > 0) break;
    vaultId ??= target.vaultId;
    itemId ??= target.itemId;
    rest = named.rest;
  }
  return { pieces, isEnded: pieces.end !== undefined || pieces.minutes !== undefined, vaultId, itemId, rest };
}

function vaultOf({ vaultId, rest }: Parts, { vaults, channelId }: SnoozeCommandContext): string | null {
  const name = foldWords(rest.replace(/["“”«»]/g, ""));
  if (name !== "") {
    const named = vaults.filter((vault) => [vault.name, vault.id].some((one) => foldWords(one) === name));
    return named.length === 1 ? (named[0]?.id ?? null) : null;
  }
  if (vaultId !== null) return vaultId;
  const here = vaults.filter(({ channel }) => channel === channelId);
  return here.length === 1 ? (here[0]?.id ?? null) : null;
}

function splitAt(text: string, seam: RegExp): [string, string] {
  const match = seam.exec(text);
  return match ? [text.slice(0, match.index), text.slice(match.index + match[0].length)] : [text, ""];
}

function problem(said: string): SnoozeCommand {
  return { kind: "not-understood", problem: said };
}
