import type { Recurrence, WatchedVault } from "../model.ts";
import { sayTicket, takeTicket } from "../ticket.ts";
import { distance, foldWords } from "./fold-words.ts";
import { type Target, takeTarget } from "./intent-target.ts";
import { resolveWindow, sayMinutes } from "./intent-window.ts";
import { takePhrase, type WindowPieces } from "./intent-window-phrases.ts";
import { readRecurrence, splitRecurring } from "./recurrence-words.ts";
import { plainWords } from "./slack-escapes.ts";

export interface IntentCommandContext {
  now: Date;
  /** The typing person's IANA zone. */
  zone: string;
  vaults: WatchedVault[];
  /** Where it was typed: a vault's channel means that vault when none is named. */
  channelId: string;
  defaultMinutes: number;
  maximumMinutes: number;
}

interface Candidate extends Target {
  label: string;
  /** The whole command with this target, as one would type it. */
  command: string;
}

export type IntentCommand =
  | { kind: "open-form" }
  | { kind: "list" }
  | { kind: "help" }
  /** `which`: words of the purpose, or its number in the list. */
  | { kind: "done" | "cancel"; which: string | null }
  | {
      kind: "announce";
      purpose: string;
      /** `null`: from now on. Never before now. */
      startsAt: Date | null;
      endsAt: Date;
      vaultId: string | null;
      itemId: string | null;
      /** "once": for one access; `null`: for several. */
      mostUses: 1 | null;
      ticket: string | null;
      recurrence: Recurrence | null;
      /** What the answer should say about how it was understood. */
      notes: string[];
    }
  | { kind: "which-vault" | "which-item"; question: string; candidates: Candidate[] }
  /** `suggestion` is the nearest right command, complete, to copy. */
  | {
      kind: "not-understood";
      problem: string;
      suggestion: string;
      /** It was understood, and can't be announced. */
      refused?: { reason: "passed" | "too-long"; purpose: string };
    };

/** What the text after `/intent` means. Never throws, whatever is typed. */
export function parseIntentCommand(text: string, context: IntentCommandContext): IntentCommand {
  const words = plainWords(text);
  if (words === "") return { kind: "open-form" };
  const recurring = splitRecurring(words);
  if (recurring) return announceRecurring(recurring, context);
  const once = ONCE.exec(words);
  if (once) return announce({ ...takeParts(words.slice(once[0].length), context.vaults), isOnce: true }, context);
  const parts = takeParts(words, context.vaults);
  return subcommand(words, parts) ?? announce(parts, context);
}

/** "once paying the invoice": for one access. "once more …" and "once a month …" are about something else. */
const ONCE = /^once(?:\s*[:,]\s*|\s+(?!(?:a|an|again|every|more|per|the|upon|we|i|it)\b)|$)/i;

/** "every month 1-5: bookkeeping, card statement": days and times before the colon, the purpose and its place behind. */
function announceRecurring(
  { said, purpose }: { said: string; purpose: string },
  context: IntentCommandContext,
): IntentCommand {
  const again = (suggestion: string) => suggestion.replace(/^\/intent /, `/intent ${said}: `);
  const read = readRecurrence(said, context.zone);
  if (read.kind === "problem") {
    const suggestion = `/intent every month 1-5: ${purpose || "bookkeeping, card statement"}`;
    return { kind: "not-understood", problem: read.problem, suggestion };
  }
  if (purpose === "") {
    const problem = "What is it for? Please say it behind a colon.";
    return { kind: "not-understood", problem, suggestion: `/intent ${said}: bookkeeping, card statement` };
  }
  const command = announce(takeParts(purpose, context.vaults), context);
  if (command.kind === "not-understood") return { ...command, suggestion: again(command.suggestion) };
  if (command.kind === "which-vault" || command.kind === "which-item") {
    return { ...command, candidates: command.candidates.map((one) => ({ ...one, command: again(one.command) })) };
  }
  if (command.kind !== "announce") return command;
  if (command.vaultId === null) {
    const problem = "In which vault? What comes again and again is confirmed by its managers.";
    const suggestion = `/intent ${said}: ${purpose} in ${context.vaults[0]?.name ?? "Company cards"}`;
    return { kind: "not-understood", problem, suggestion };
  }
  return { ...command, recurrence: read.recurrence, notes: [] };
}

interface Parts {
  purpose: string;
  pieces: WindowPieces;
  /** As typed, for the command that is offered to copy. */
  window: string;
  target: { targets: Target[]; isExact: boolean; typed: string } | null;
  isOnce?: true;
}

/** Peels windows and names off the end, in whichever order they stand; a window may also stand at the beginning. */
function takeParts(words: string, vaults: WatchedVault[]): Parts {
  let rest = words;
  let pieces: WindowPieces = {};
  const typed: string[] = [];
  let target: Parts["target"] = null;
  for (let round = 0; round < 8; round++) {
    const phrase = takePhrase(rest, pieces, "end");
    if (phrase) {
      pieces = { ...pieces, ...phrase.pieces };
      typed.unshift(phrase.typed);
      rest = phrase.rest;
      continue;
    }
    const named = takeTarget(rest, vaults);
    const joined: Parts["target"] = named && joinTargets(target, named);
    if (!named || !joined) break;
    target = joined;
    rest = named.rest;
  }
  if (typed.length === 0) {
    const phrase = takePhrase(rest, pieces, "start");
    if (phrase && phrase.rest !== "" && (phrase.pieces.start ?? phrase.pieces.minutes ?? phrase.pieces.end)) {
      pieces = phrase.pieces;
      typed.push(phrase.typed);
      rest = phrase.rest;
    }
  }
  return { purpose: unquote(rest), pieces, window: typed.join(" "), target };
}

/** "Company Visa in Company cards": the vault narrows the item. `null`: the two have nothing to do with each other. */
function joinTargets(
  found: Parts["target"],
  named: { targets: Target[]; isExact: boolean; typed: string },
): Parts["target"] {
  if (found === null) return named;
  if (!named.isExact || found.targets.some(({ itemId }) => itemId !== null)) return null;
  const items = named.targets.filter(
    ({ vaultId, itemId }) => itemId !== null && found.targets.some((vault) => vault.vaultId === vaultId),
  );
  return items.length > 0 ? { targets: items, isExact: found.isExact, typed: `${named.typed} ${found.typed}` } : null;
}

const unquote = (text: string) => /^["“«]([^"“”«»]+)["”»]$/u.exec(text)?.[1]?.trim() ?? text;

const SUBCOMMANDS: Record<string, "list" | "done" | "cancel" | "help"> = {
  list: "list",
  ls: "list",
  mine: "list",
  me: "list",
  done: "done",
  finished: "done",
  cancel: "cancel",
  help: "help",
  "?": "help",
  "--help": "help",
  "-h": "help",
};

/** A word of ours, alone or (done, cancel) before what it is about. A window or a name behind it makes it a purpose. */
function subcommand(words: string, { window, target }: Parts): IntentCommand | null {
  const [first = "", ...others] = foldWords(words).split(" ");
  const known = /^["“«]/u.test(words) ? undefined : Object.hasOwn(SUBCOMMANDS, first) ? SUBCOMMANDS[first] : undefined;
  if (known === "done" || known === "cancel") {
    if (others.length > 0 && (window !== "" || target !== null)) return null;
    return { kind: known, which: words.split(/\s+/).slice(1).join(" ") || null };
  }
  if (others.length > 0) return null;
  if (known) return { kind: known };
  const meant = ["list", "done", "cancel", "help"].find(
    (word) => distance(first, word, SLIPS) <= (word.length > 4 ? 2 : 1),
  );
  if (!meant || first.length < 3) return null;
  return { kind: "not-understood", problem: `Did you mean “${meant}”?`, suggestion: `/intent ${meant}` };
}

const SLIPS = 2;

function announce(parts: Parts, context: IntentCommandContext): IntentCommand {
  const { pieces, window, target, isOnce = false } = parts;
  const purpose = cutPurpose(parts.purpose);
  const { vaults } = context;
  const place = target?.typed ?? "";
  const resolved = resolveWindow(pieces, context);
  const written = (about: string, where: string, time: string) => command(about, where, time, { vaults, isOnce });
  if (!/[\p{L}\p{N}\p{S}\p{P}]/u.test(purpose)) {
    return {
      kind: "not-understood",
      problem: "What is it for? Please say it in a few words.",
      suggestion: written("paying the licence renewal", place, resolved.kind === "problem" ? resolved.instead : window),
    };
  }
  if (resolved.kind === "problem") {
    const { problem, instead, reason } = resolved;
    const suggestion = written(purpose, place, instead);
    return { kind: "not-understood", problem, suggestion, ...(reason && { refused: { reason, purpose } }) };
  }
  const where = chooseTarget(target, context);
  if (where.length > 1 || (target && !target.isExact)) {
    const candidates = where.map((each): Candidate => {
      const name = nameOf(each, vaults);
      return { ...each, label: name.label, command: written(purpose, name.typed, window) };
    });
    const isVault = where.every(({ itemId }) => itemId === null);
    return { kind: isVault ? "which-vault" : "which-item", question: question(target, isVault), candidates };
  }
  const rules = vaults.flatMap(({ id, ticket }) =>
    ticket && (where[0] === undefined || where[0].vaultId === id) ? [ticket] : [],
  );
  const found = takeTicket(purpose, rules);
  const asked = where[0] && rules[0];
  if (asked?.isRequired && !found) {
    const { name = "" } = vaults.find(({ id }) => id === where[0]?.vaultId) ?? {};
    return {
      kind: "not-understood",
      problem: `${name} asks for ${sayTicket(asked)}.`,
      suggestion: written(`${purpose} ${asked.example ?? "TICKET"}`, place, window),
    };
  }
  return {
    kind: "announce",
    purpose: found?.rest ?? purpose,
    ticket: found?.ticket ?? null,
    startsAt: resolved.startsAt,
    endsAt: resolved.endsAt,
    vaultId: where[0]?.vaultId ?? null,
    itemId: where[0]?.itemId ?? null,
    mostUses: isOnce ? 1 : null,
    recurrence: null,
    notes: [
      ...resolved.notes,
      ...(purpose !== parts.purpose ? ["The purpose was cut at 500 characters."] : []),
      ...(window === "" ? [`No time was named, so it stands for ${sayMinutes(context.defaultMinutes)}.`] : []),
    ],
  };
}

/** A purpose is a sentence, not a report. */
const PURPOSE_GRAPHEMES = 500;
const PURPOSE_UNITS = 1500;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

function cutPurpose(purpose: string): string {
  let cut = "";
  let left = PURPOSE_GRAPHEMES;
  for (const { segment } of graphemes.segment(purpose)) {
    if (left === 0 || cut.length + segment.length > PURPOSE_UNITS) return cut.trimEnd();
    cut += segment;
    left -= 1;
  }
  return purpose;
}

/** What was named, or else the vaults of the channel in which it was typed. */
function chooseTarget(target: Parts["target"], { vaults, channelId }: IntentCommandContext): Target[] {
  const here = vaults.filter(({ channel }) => channel === channelId);
  if (target === null) return here.map(({ id }) => ({ vaultId: id, itemId: null }));
  const narrowed = target.targets.filter(({ vaultId }) => here.some(({ id }) => id === vaultId));
  return target.targets.length > 1 && narrowed.length === 1 ? narrowed : target.targets;
}

function question(target: Parts["target"], isVault: boolean): string {
  if (target === null) return "Which vault is it for? This channel belongs to several.";
  if (!target.isExact) {
    const name = target.typed.replace(/^(?:for|on|in|at|of|with|@)\s+/i, "").replace(/["“”«»]/g, "");
    return `Nothing here is called ‘${name}’. Did you mean this?`;
  }
  return `Which ${isVault ? "vault" : "one"} do you mean? Several have that name.`;
}

/** How a target is shown, and how it is typed so that it can't be mistaken: by its id. */
function nameOf({ vaultId, itemId }: Target, vaults: WatchedVault[]): { label: string; typed: string } {
  const vault = vaults.find(({ id }) => id === vaultId);
  const inVault = `in "${vaultId}"`;
  if (itemId === null) return { label: vault?.name ?? vaultId, typed: inVault };
  const title = vault?.items.find(({ id }) => id === itemId)?.title ?? itemId;
  return { label: `${title} in ${vault?.name ?? vaultId}`, typed: `on "${itemId}" ${inVault}` };
}

/** A purpose that would be read as one of our words, a time or a place is put in quotes, so that it reads back as a purpose. */
function command(
  purpose: string,
  place: string,
  window: string,
  { vaults, isOnce }: { vaults: WatchedVault[]; isOnce: boolean },
): string {
  const isOurs = Object.hasOwn(SUBCOMMANDS, foldWords(purpose).split(" ")[0] ?? "") || ONCE.test(purpose);
  const isTime = (["end", "start"] as const).some((edge) => takePhrase(purpose, {}, edge) !== null);
  const isPlace = takeTarget(purpose, vaults) !== null;
  const said = isOurs || isTime || isPlace ? `"${purpose.replace(/["“”«»]/g, "")}"` : purpose;
  return ["/intent", isOnce && "once", said, place, window].filter(Boolean).join(" ");
}
