import type { SettingKey } from "../../model.ts";

/** How a setting is called, what holds when nothing is said, and what can be chosen: as the file writes it, and as people read it. */
export interface SettingWords {
  label: string;
  usual: string;
  /** `null`: it is typed. */
  choices: Record<string, string> | null;
}

const levels = { off: "off", note: "note", warning: "warning", critical: "critical" };

const words: Record<Exclude<SettingKey, `policies.${string}`>, SettingWords> = {
  hours: { label: "Ordinary hours", usual: "always", choices: null },
  intent: {
    label: "Announcing a purpose",
    usual: "required",
    choices: { required: "required", expected: "expected", off: "not asked for" },
  },
  hint: { label: "Hint for purposes", usual: "none", choices: null },
  ask: {
    label: "Asking the person",
    usual: "at once where a purpose is required",
    choices: { "at-once": "at once", first: "first, the channel later", off: "nobody is asked" },
  },
  night: {
    label: "At night",
    usual: "direct messages too",
    choices: { dm: "direct messages too", channel: "the channel alone" },
  },
  explained: {
    label: "What is explained",
    usual: "a quiet line in the channel",
    choices: { line: "a quiet line in the channel", digest: "in the weekly digest only" },
  },
  spotCheck: {
    label: "Spot checks of what is explained",
    usual: "none",
    choices: Object.fromEntries([5, 10, 20, 50, 100].map((oneIn) => [String(oneIn), `one in ${oneIn}`])),
  },
};

export function settingWords(key: SettingKey): SettingWords {
  if (Object.hasOwn(words, key)) return words[key as keyof typeof words];
  return { label: `Policy ${key.slice("policies.".length)}`, usual: "as usual", choices: levels };
}

/** A value as people read it. */
export function sayValue(key: SettingKey, value: string | null): string {
  const { usual, choices } = settingWords(key);
  if (value === null) return usual;
  if (key === "spotCheck") return value === "1" ? "every one" : `one in ${value}`;
  return choices?.[value] ?? value;
}
