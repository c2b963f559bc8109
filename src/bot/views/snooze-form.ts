import type { InputBlock, ModalView, PlainTextOption } from "@slack/types";
import type { PolicyName, WatchedVault } from "../../model.ts";
import { plain } from "./alert-actions.ts";
import { clean } from "./text.ts";
import { vaultName } from "./words.ts";

export const SNOOZE_FORM = "snooze_form";
export const SNOOZE_VAULT = "snooze_vault";
export const SNOOZE_UNTIL = "snooze_until";
export const SNOOZE_REASON = "snooze_reason";
export const SNOOZE_PERSON = "snooze_person";
export const SNOOZE_POLICY = "snooze_policy";

/** Asks for vault, end and reason; the preview comes after. */
export function snoozeForm({
  vaults,
  vaultId,
  policies,
}: {
  vaults: WatchedVault[];
  vaultId: string | null;
  policies: PolicyName[];
}): ModalView {
  const options = vaults
    .filter(({ id }) => id.length <= 150)
    .slice(0, 100)
    .map((vault): PlainTextOption => ({ text: plain(clean(vaultName(vault, 70), 70, 75)), value: vault.id }));
  const chosen = options.find(({ value }) => value === vaultId);
  return {
    type: "modal",
    callback_id: SNOOZE_FORM,
    title: plain("Snooze a vault"),
    submit: plain("Show what it hides"),
    close: plain("Back"),
    blocks: [
      {
        type: "input",
        block_id: SNOOZE_VAULT,
        label: plain("Which vault?"),
        element: {
          type: "static_select",
          action_id: SNOOZE_VAULT,
          options,
          ...(chosen && { initial_option: chosen }),
        },
      },
      {
        ...typed(SNOOZE_UNTIL, "Until when?", 80),
        hint: plain("“until Fri 18:00”, “for 3 days”; 14 days at most."),
      },
      typed(SNOOZE_REASON, "Why?", 300),
      {
        type: "input",
        block_id: SNOOZE_PERSON,
        optional: true,
        label: plain("Only what one person opens"),
        element: { type: "users_select", action_id: SNOOZE_PERSON },
      },
      {
        type: "input",
        block_id: SNOOZE_POLICY,
        optional: true,
        label: plain("Only what one policy finds"),
        element: {
          type: "static_select",
          action_id: SNOOZE_POLICY,
          options: policies.map((name) => ({ text: plain(clean(name, 70)), value: name })),
        },
      },
    ],
  };
}

function typed(id: string, label: string, longest: number): InputBlock {
  return {
    type: "input",
    block_id: id,
    label: plain(label),
    element: { type: "plain_text_input", action_id: id, min_length: 3, max_length: longest },
  };
}
