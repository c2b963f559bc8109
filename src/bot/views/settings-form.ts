import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { type SettingKey, settingKeys } from "../../model.ts";
import type { SettingsPage, ShownSetting } from "../ports.ts";
import { plain } from "./alert-actions.ts";
import { bold, bullets, italic, line, quoted, richText, said } from "./rich-text.ts";
import { sayValue, settingWords } from "./settings-words.ts";
import { clean } from "./text.ts";
import { vaultName } from "./words.ts";

export const SETTINGS_OPEN = "settings_open";
export const SETTINGS_FORM = "settings_form";

const prefix = "setting:";
/** In the place of a choice: nothing is said here, and what is usual holds. */
const USUAL = "usual";

/** What is set of a vault: what the file says can only be read, the rest can be changed. */
export function settingsForm({ vault, shown, seen }: SettingsPage): ModalView {
  const inFile = shown.filter(({ isFiles }) => isFiles);
  const free = shown.filter(({ isFiles }) => !isFiles);
  return {
    type: "modal",
    callback_id: SETTINGS_FORM,
    private_metadata: JSON.stringify({ vaultId: vault.id, seen }),
    title: plain("Settings"),
    ...(free.length > 0 && { submit: plain("Save") }),
    close: plain("Back"),
    blocks: [
      richText(
        line(
          bold(vaultName(vault)),
          said(
            ". What makes the watch weaker waits until another manager confirms it in the channel; the rest holds at once. Either way the channel reads it.",
          ),
        ),
      ),
      ...(inFile.length > 0
        ? [
            richText(
              line(italic("Set in vaultbell.yaml, and changed there only:")),
              bullets(
                inFile.map(({ key, value }) => [
                  said(`${settingWords(key).label}: `),
                  quoted(sayValue(key, value), 200, "nothing"),
                ]),
              ),
            ),
          ]
        : []),
      ...free.map(inputOf),
    ],
  };
}

function inputOf({ key, value }: ShownSetting): KnownBlock {
  const { label, usual, choices } = settingWords(key);
  const id = `${prefix}${key}`;
  const block = { type: "input" as const, block_id: id, label: plain(label), optional: true };
  if (choices === null) return { ...block, ...typed(key, id, value) };
  const options: PlainTextOption[] = [
    { text: plain(`usual: ${usual}`), value: USUAL },
    ...Object.entries(choices).map(([one, words]) => ({ text: plain(words), value: one })),
  ];
  const chosen = options.find((one) => one.value === value) ?? options[0];
  return {
    ...block,
    element: { type: "static_select", action_id: id, options, ...(chosen && { initial_option: chosen }) },
  };
}

function typed(key: SettingKey, id: string, value: string | null): Pick<InputBlock, "element" | "hint"> {
  return {
    element: {
      type: "plain_text_input",
      action_id: id,
      max_length: key === "hours" ? 500 : 200,
      ...(value !== null && { initial_value: clean(value, 500) }),
    },
    hint: plain(
      key === "hours"
        ? "“Mon-Fri 08:00-19:00”, “22:00-06:00”, several by comma. Empty: every hour is ordinary."
        : "What a good purpose names here: “supplier and amount, please”. Empty: none.",
    ),
  };
}

/** What was sent for each setting that stood in the form. */
export function readSettings(inputs: Map<string, string>, inForm: Iterable<string>): Map<SettingKey, string | null> {
  const values = new Map<SettingKey, string | null>();
  const sent = new Set(inForm);
  for (const key of settingKeys) {
    const id = `${prefix}${key}`;
    if (!sent.has(id)) continue;
    const value = inputs.get(id)?.trim() ?? "";
    values.set(key, value === "" || (value === USUAL && settingWords(key).choices !== null) ? null : value);
  }
  return values;
}

/** The form's own names for its settings. */
export function settingInputs<T>(bySetting: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(bySetting).map(([key, one]) => [`${prefix}${key}`, one]));
}
