import type { KnownBlock, ModalView, PlainTextElement, PlainTextOption } from "@slack/types";
import type { WatchedVault } from "../../model.ts";
import { longestTicket, sayTicket } from "../../ticket.ts";
import { sayDuration } from "../../time.ts";
import { plain } from "./alert-actions.ts";
import { againBlocks, type Recent } from "./intent-again.ts";
import { line, richText, said } from "./rich-text.ts";
import { clean } from "./text.ts";
import { vaultName } from "./words.ts";

export const INTENT_FORM = "intent_form";
/** Block ids; errors are answered under them. Each input's action id is the same word. */
export const INTENT_PURPOSE = "intent_purpose";
export const INTENT_VAULT = "intent_vault";
export const INTENT_ITEM = "intent_item";
export const INTENT_WINDOW = "intent_window";
export const INTENT_RECURRING = "intent_recurring";
export const INTENT_TICKET = "intent_ticket";
export const INTENT_USES = "intent_uses";
/** The options of how often. */
export const ONE_USE = "once";
const SEVERAL_USES = "several";
/** The vault option that means "any watched vault". */
export const ANY_VAULT = "*";

export interface IntentFormView {
  vaults: WatchedVault[];
  /** Preselected: the vault in whose channel the command was typed, or that of the intent to change. */
  vaultId: string | null;
  /** Of the intent to change. */
  itemId: string | null;
  purpose: string | null;
  /** As one would type it; `null`: from now on, for the default time. */
  window: string | null;
  isOnce: boolean;
  ticket: string | null;
  defaultMinutes: number;
  maximumMinutes: number;
  recent: Recent;
  /** Carried in `private_metadata`: the intent that the new one is to replace. */
  replaces: string | null;
}

/** What `/intent` alone opens: purpose, where, and for how long, in that order. */
export function intentForm(view: IntentFormView): ModalView {
  const vaults = view.vaults.filter(({ id }) => fits(id, VALUE)).slice(0, CHOICES - 1);
  const chosen = vaults.find(({ id }) => id === view.vaultId) ?? (vaults.length === 1 ? vaults[0] : undefined);
  return {
    type: "modal",
    callback_id: INTENT_FORM,
    private_metadata: view.replaces ?? "",
    title: plain("Announce a purpose"),
    submit: plain("Announce"),
    close: plain("Not now"),
    blocks: [
      purposeInput(view.purpose, chosen?.hint ?? null),
      vaultInput(vaults, chosen),
      ...itemInput(vaults, view),
      ...ticketInput(vaults, view.ticket),
      windowInput(view),
      usesInput(view.isOnce),
      recurringInput(),
      ...againBlocks(view.recent),
      richText(
        line(said("It counts from the moment you announce it. It is shown in the vault’s channel with your name.")),
      ),
    ],
  };
}

function purposeInput(purpose: string | null, hint: string | null): KnownBlock {
  const start = clean(purpose ?? "", 500, 500);
  return {
    type: "input",
    block_id: INTENT_PURPOSE,
    label: plain("What are you going to do?"),
    hint: plain(clean(hint ?? "", 200) || "For example: paying the licence renewal, invoice 4411"),
    element: {
      type: "plain_text_input",
      action_id: INTENT_PURPOSE,
      multiline: false,
      max_length: 500,
      focus_on_load: true,
      ...(start && { initial_value: start }),
    },
  };
}

function vaultInput(vaults: WatchedVault[], chosen: WatchedVault | undefined): KnownBlock {
  const any: PlainTextOption = { text: plain("Any watched vault"), value: ANY_VAULT };
  const options = vaults.map(vaultOption);
  return {
    type: "input",
    block_id: INTENT_VAULT,
    label: plain("In which vault?"),
    element: {
      type: "static_select",
      action_id: INTENT_VAULT,
      options: [any, ...options],
      initial_option: chosen ? vaultOption(chosen) : any,
    },
  };
}

const vaultOption = (vault: WatchedVault): PlainTextOption => ({
  text: plain(optionText(vaultName(vault))),
  value: vault.id,
});

/** Left out when the configuration names no items. Items are told apart by their vault's heading. */
function itemInput(vaults: WatchedVault[], { vaultId, itemId }: IntentFormView): KnownBlock[] {
  const groups = vaults.flatMap((vault): { label: PlainTextElement; options: PlainTextOption[] }[] => {
    const options = vault.items.filter((item) => fits(itemValue(vault.id, item.id), VALUE)).slice(0, CHOICES);
    if (options.length === 0) return [];
    return [
      {
        label: plain(optionText(vaultName(vault))),
        options: options.map((item) => ({
          text: plain(optionText(clean(item.title ?? "", 75) || clean(item.id, 75) || "an item")),
          value: itemValue(vault.id, item.id),
        })),
      },
    ];
  });
  if (groups.length === 0) return [];
  const chosen =
    vaultId !== null && itemId !== null
      ? groups.flatMap(({ options }) => options).find(({ value }) => value === itemValue(vaultId, itemId))
      : undefined;
  return [
    {
      type: "input",
      block_id: INTENT_ITEM,
      optional: true,
      label: plain("Which item?"),
      hint: plain("Leave empty for any item of the vault."),
      element: {
        type: "static_select",
        action_id: INTENT_ITEM,
        option_groups: groups,
        placeholder: plain("Any item"),
        ...(chosen && { initial_option: chosen }),
      },
    },
  ];
}

function windowInput({ window, defaultMinutes, maximumMinutes }: IntentFormView): KnownBlock {
  return {
    type: "input",
    block_id: INTENT_WINDOW,
    label: plain("From when until when?"),
    hint: plain(`“for 2h”, “until 16:00” or “tomorrow 9-11”; ${sayDuration(maximumMinutes * 60_000)} at most.`),
    element: {
      type: "plain_text_input",
      action_id: INTENT_WINDOW,
      max_length: 100,
      initial_value: window ?? `for ${defaultMinutes} min`,
    },
  };
}

/** Left out where no vault speaks of tickets. Optional, because which vault is chosen isn't known yet; the house says what is missing. */
function ticketInput(vaults: WatchedVault[], ticket: string | null): KnownBlock[] {
  const asking = vaults.flatMap((vault) => (vault.ticket ? [{ vault, rule: vault.ticket }] : []));
  if (asking.length === 0) return [];
  const start = clean(ticket ?? "", longestTicket, longestTicket);
  const named = asking
    .slice(0, 3)
    .map(({ vault, rule }) => `${clean(vaultName(vault), 40)} asks for ${clean(sayTicket(rule), 80)}`);
  return [
    {
      type: "input",
      block_id: INTENT_TICKET,
      optional: true,
      label: plain("Which ticket is it for?"),
      hint: plain(clean(`${named.join("; ")}.`, 400)),
      element: {
        type: "plain_text_input",
        action_id: INTENT_TICKET,
        max_length: longestTicket,
        ...(start && { initial_value: start }),
      },
    },
  ];
}

function recurringInput(): KnownBlock {
  return {
    type: "input",
    block_id: INTENT_RECURRING,
    optional: true,
    label: plain("Does it come again and again?"),
    hint: plain(
      "“every month 1-5”, “every Monday 9:00-11:00” or “every weekday”; a manager of the vault confirms it. Empty: just this time.",
    ),
    element: { type: "plain_text_input", action_id: INTENT_RECURRING, max_length: 100 },
  };
}

function usesInput(isOnce: boolean): KnownBlock {
  const several: PlainTextOption = { text: plain("As often as the task needs"), value: SEVERAL_USES };
  const once: PlainTextOption = { text: plain("Once: it explains one access"), value: ONE_USE };
  return {
    type: "input",
    block_id: INTENT_USES,
    label: plain("How often will you open it?"),
    element: {
      type: "static_select",
      action_id: INTENT_USES,
      options: [several, once],
      initial_option: isOnce ? once : several,
    },
  };
}

/** The value of an item's option. Ids hold no tab: it is a control character, which no vault has in an id. */
function itemValue(vaultId: string, itemId: string): string {
  return `${vaultId}\t${itemId}`;
}

export function readItemValue(value: string): { vaultId: string; itemId: string } | null {
  const [vaultId, itemId, ...more] = value.split("\t");
  return vaultId !== undefined && itemId !== undefined && more.length === 0 ? { vaultId, itemId } : null;
}

/** What a select can carry; what doesn't fit can still be named in the command. */
const VALUE = 150;
const CHOICES = 100;

const fits = (value: string, maximum: number) => value.length >= 1 && value.length <= maximum;
const optionText = (text: string) => clean(text, 75, 75);
