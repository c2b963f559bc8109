import { z } from "zod";
import type { Intent } from "../../model.ts";
import { readTicket, sayTicket } from "../../ticket.ts";
import { parseIntentCommand } from "../intent-command.ts";
import { readRecurrence } from "../recurrence-words.ts";
import { typeWindow } from "../type-window.ts";
import {
  ANY_VAULT,
  INTENT_ITEM,
  INTENT_PURPOSE,
  INTENT_RECURRING,
  INTENT_TICKET,
  INTENT_USES,
  INTENT_VAULT,
  INTENT_WINDOW,
  intentForm,
  ONE_USE,
  readItemValue,
} from "../views/intent-form.ts";
import { announceAnswer, endAnswer } from "../views/intent-messages.ts";
import { askerOf, unknownAsker } from "./asker.ts";
import { recentOf } from "./intent-again.ts";
import { openForm } from "./open-form.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click, Command, Place, Submission } from "./payload.ts";

/** Opens the form, empty or to change what was announced. The trigger serves once and lives three seconds. */
export async function openIntentForm(
  asked: Command | Click,
  parts: ListenerParts,
  toChange?: { intent: Intent; zone: string },
): Promise<void> {
  const { ports } = parts;
  const vaults = ports.vaults();
  const { channel, responseUrl } = asked.place;
  const user = toChange ? null : await parts.directory.knownUser(asked.place.user);
  const view = intentForm({
    recent: await recentOf(user, asked.place, parts),
    vaults,
    vaultId: toChange ? toChange.intent.vaultId : (vaults.find((vault) => vault.channel === channel)?.id ?? null),
    itemId: toChange?.intent.itemId ?? null,
    purpose: toChange?.intent.purpose ?? null,
    window: toChange ? typeWindow(toChange.intent, toChange.zone, ports.now()) : null,
    ticket: toChange?.intent.ticket ?? null,
    isOnce: toChange?.intent.mostUses === 1,
    defaultMinutes: ports.settings.intentDefaultMinutes,
    maximumMinutes: ports.settings.intentMaximumMinutes,
    replaces: toChange?.intent.id ?? null,
  });
  const carried: Carried = { replaces: toChange?.intent.id ?? null, channel, responseUrl };
  await openForm({ ...view, private_metadata: JSON.stringify(carried) }, asked, parts, "purpose");
}

/** "Change": the form again, with what was announced. Announcing it ends the old one: nothing is ever edited. */
export async function intentChange(click: Click, parts: ListenerParts): Promise<void> {
  const user = await parts.directory.knownUser(click.place.user);
  const intents = user ? await parts.ports.listIntents(user) : [];
  const intent = intents.find(({ id }) => id === click.value);
  const asker = askerOf(user, parts);
  if (intent) return openIntentForm(click, parts, { intent, zone: asker.zone });
  const reason = user ? "none" : "unknown-clicker";
  await parts.ports.intentRefused({ byId: click.place.user, reason, what: "change", intentId: click.value });
  await parts.tell(click.place, endAnswer({ kind: "none" }, "cancelled", asker));
}

/** What is wrong with the form, by action id. `null`: nothing. */
export async function intentFormErrors(form: Submission, parts: ListenerParts): Promise<Record<string, string> | null> {
  const { purpose, vaultId, item, ticket, again } = readInputs(form);
  if (purpose === "") return { [INTENT_PURPOSE]: "Please say what you are going to do." };
  if (item && vaultId !== null && item.vaultId !== vaultId) {
    return { [INTENT_ITEM]: "This item is in another vault. Choose that vault, or leave the item empty." };
  }
  const vault = parts.ports.vaults().find(({ id }) => id === (item?.vaultId ?? vaultId));
  if (vault?.ticket && (ticket === null ? vault.ticket.isRequired : readTicket(ticket, vault.ticket) === null)) {
    return { [INTENT_TICKET]: `${vault.name} asks for ${sayTicket(vault.ticket)}.` };
  }
  if (again !== null) {
    const read = readRecurrence(again, "utc");
    if (read.kind === "problem") return { [INTENT_RECURRING]: read.problem };
    if (!vault) return { [INTENT_VAULT]: "Please choose one: its managers confirm what comes again and again." };
  }
  const window = await readWindow(form, parts);
  return "problem" in window ? { [INTENT_WINDOW]: window.problem } : null;
}

export async function intentSubmitted(form: Submission, parts: ListenerParts): Promise<void> {
  const { ports, directory, tell } = parts;
  const place = placeOfIntentForm(form);
  const user = await directory.knownUser(form.user);
  const asker = askerOf(user, parts);
  const window = await readWindow(form, parts);
  const { purpose, vaultId, item, mostUses, ticket, again } = readInputs(form);
  const refused = { byId: form.user, what: "announcement", purpose };
  if (!user) {
    await ports.intentRefused({ ...refused, reason: "unknown-clicker" });
    return tell(place, announceAnswer(unknownAsker, asker));
  }
  // It was right when the form was looked at, or the look took too long for the form to wait.
  if ("problem" in window) {
    if (window.reason) await ports.intentRefused({ ...refused, reason: window.reason });
    return tell(place, announceAnswer({ kind: "refused", sentence: window.problem }, asker));
  }
  const { startsAt, endsAt, notes } = window;
  const read = again === null ? null : readRecurrence(again, asker.zone);
  const outcome = await ports.announce({
    by: user,
    purpose,
    startsAt,
    endsAt,
    vaultId: item?.vaultId ?? vaultId,
    itemId: item?.itemId ?? null,
    mostUses,
    ticket,
    recurrence: read?.kind === "recurrence" ? read.recurrence : null,
  });
  const { replaces } = readCarried(form);
  if (outcome.kind === "announced" && replaces !== null) {
    await ports.endIntent({ intentId: replaces, by: user.id, how: "cancelled" });
  }
  await tell(place, announceAnswer(outcome, asker, notes));
}

/** Where the form was asked for: it remembers that itself. */
export function placeOfIntentForm(form: Submission): Place {
  const { channel, responseUrl } = readCarried(form);
  return { user: form.user, channel, responseUrl };
}

/** Ids and addresses only; each is checked again where it is used (T13, T25). */
const Carried = z.object({
  replaces: z.string().min(1).nullable().catch(null),
  channel: z.string().min(1).nullable().catch(null),
  responseUrl: z.string().min(1).nullable().catch(null),
});
type Carried = z.infer<typeof Carried>;

function readCarried(form: Submission): Carried {
  try {
    return Carried.parse(JSON.parse(form.privateMetadata));
  } catch {
    return { replaces: null, channel: null, responseUrl: null };
  }
}

function readInputs({ inputs }: Submission) {
  const vaultId = inputs.get(INTENT_VAULT) ?? ANY_VAULT;
  const item = inputs.get(INTENT_ITEM);
  return {
    purpose: (inputs.get(INTENT_PURPOSE) ?? "").trim(),
    again: inputs.get(INTENT_RECURRING)?.trim() || null,
    ticket: inputs.get(INTENT_TICKET)?.trim() || null,
    vaultId: vaultId === ANY_VAULT ? null : vaultId,
    item: item === undefined ? null : readItemValue(item),
    mostUses: inputs.get(INTENT_USES) === ONE_USE ? 1 : null,
  };
}

type Window =
  | { startsAt: Date | null; endsAt: Date; notes: string[] }
  | { problem: string; reason?: "passed" | "too-long" };

/**
 * The form's window is read as the command's: after a purpose that is only there to be left over. Without vaults,
 * so that "for …" can't be taken for a name.
 */
async function readWindow(form: Submission, { ports, directory }: ListenerParts): Promise<Window> {
  const user = await directory.knownUser(form.user);
  const command = parseIntentCommand(`"${standIn}" ${inputOf(form)}`, {
    now: ports.now(),
    zone: user?.timezone ?? ports.settings.timezone,
    vaults: [],
    channelId: "",
    defaultMinutes: ports.settings.intentDefaultMinutes,
    maximumMinutes: ports.settings.intentMaximumMinutes,
  });
  if (command.kind === "not-understood") {
    return { problem: command.problem, ...(command.refused && { reason: command.refused.reason }) };
  }
  if (command.kind === "announce" && command.purpose === standIn) return command;
  return { problem: "Please write it like “for 2h”, “until 16:00” or “tomorrow 9-11”." };
}

const standIn = "purpose";
const inputOf = ({ inputs }: Submission) => (inputs.get(INTENT_WINDOW) ?? "").trim();
