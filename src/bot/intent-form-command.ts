import type { IntentCommand, IntentCommandContext } from "./intent-command.ts";
import { resolveWindow } from "./intent-window.ts";
import { takePhrase, type WindowPieces } from "./intent-window-phrases.ts";
import { plainWords } from "./slack-escapes.ts";
import {
  ANY_VAULT,
  INTENT_ITEM,
  INTENT_PURPOSE,
  INTENT_VAULT,
  INTENT_WINDOW,
  readItemValue,
} from "./views/intent-form.ts";

/** What the form of `views/intent-form` holds, as Slack sends it; `null` where nothing was entered. */
export interface IntentFormFields {
  purpose: string | null;
  vault: string | null;
  item: string | null;
  window: string | null;
}

type Announce = Extract<IntentCommand, { kind: "announce" }>;

/** The same announcement as a command would give, or what is wrong, by the id of the form's block. */
export function parseIntentForm(
  fields: IntentFormFields,
  context: IntentCommandContext,
): Announce | { kind: "errors"; errors: Record<string, string> } {
  const errors: Record<string, string> = {};
  const purpose = plainWords(fields.purpose ?? "");
  if (!/[\p{L}\p{N}\p{S}\p{P}]/u.test(purpose))
    errors[INTENT_PURPOSE] = "What is it for? Please say it in a few words.";
  const where = readPlace(fields, context, errors);
  const window = readWindow(plainWords(fields.window ?? ""), context);
  if (window.kind === "problem") errors[INTENT_WINDOW] = `${window.problem} Try “${window.instead}”.`;
  if (window.kind === "problem" || Object.keys(errors).length > 0) return { kind: "errors", errors };
  return { kind: "announce", purpose, startsAt: window.startsAt, endsAt: window.endsAt, ...where, notes: window.notes };
}

function readPlace(
  { vault, item }: IntentFormFields,
  { vaults }: IntentCommandContext,
  errors: Record<string, string>,
) {
  const vaultId = vault === null || vault === ANY_VAULT ? null : vault;
  if (vaultId !== null && !vaults.some(({ id }) => id === vaultId)) {
    errors[INTENT_VAULT] = "That vault is no longer watched. Please choose another.";
  }
  if (item === null) return { vaultId, itemId: null };
  const chosen = readItemValue(item);
  const isKnown = vaults.some(
    ({ id, items }) => id === chosen?.vaultId && items.some((one) => one.id === chosen.itemId),
  );
  if (chosen === null || !isKnown) errors[INTENT_ITEM] = "That item is no longer listed. Please choose another.";
  else if (vaultId !== null && chosen.vaultId !== vaultId) {
    errors[INTENT_ITEM] = "That item is in another vault. Choose that vault, or leave the item empty.";
  }
  return { vaultId: chosen?.vaultId ?? vaultId, itemId: chosen?.itemId ?? null };
}

/** In the form the little words may be left out: "2h" is "for 2h", "16:00" is "until 16:00", "9-11" is "today 9-11". */
function readWindow(typed: string, context: IntentCommandContext) {
  for (const text of [typed, `for ${typed}`, `until ${typed}`, `today ${typed}`]) {
    let rest = text.trim();
    let pieces: WindowPieces = {};
    for (let phrase = takePhrase(rest, pieces, "end"); phrase && rest; phrase = takePhrase(rest, pieces, "end")) {
      pieces = { ...pieces, ...phrase.pieces };
      rest = phrase.rest;
    }
    if (rest === "") return resolveWindow(pieces, context);
    if (typed === "") return resolveWindow({}, context);
  }
  const instead = `for ${context.defaultMinutes} min`;
  return { kind: "problem" as const, problem: `I don’t understand ‘${typed.slice(0, 40)}’.`, instead };
}
