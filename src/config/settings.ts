import { type Config, type ConfigReading, type Mistake, parseConfig } from "../config.ts";
import type { SettingKey } from "../model.ts";
import { readYaml } from "./yaml.ts";

/** What is set of a vault in Slack, as the file would write it. */
export interface Setting {
  vaultId: string;
  key: SettingKey;
  value: string;
}

/**
 * The file with what was set in Slack, wherever the file doesn't say it itself. It is a text like the file's, and checked like
 * it: what is stored of it can be read again by whoever judges what is reported late. Without anything to add: the file.
 */
export function withSettings(file: Config, settings: Setting[]): ConfigReading {
  const whole = plain(file.text);
  const added = settings.filter(({ vaultId, key }) => saidBy(whole, vaultId, key) === null && vaultIn(whole, vaultId));
  if (added.length === 0) return { ok: true, config: file };
  for (const { vaultId, key, value } of added) put(vaultIn(whole, vaultId) ?? {}, key, value);
  return parseConfig(
    `# vaultbell.yaml, with what managers set in Slack.\n${JSON.stringify(whole, null, 2)}\n`,
    file.file,
  );
}

/** What the file says itself, for this vault or for all, as it is written there; `null`: nothing. */
export function saidByFile(file: Config): (vaultId: string, key: SettingKey) => string | null {
  const whole = plain(file.text);
  return (vaultId, key) => saidBy(whole, vaultId, key);
}

/** Which setting of the vault a mistake is about; `null`: none of them. */
export function settingOf(mistake: Mistake): SettingKey | null {
  const [, key = null] = /^vaults\[\d+\]\.(.+)$/.exec(mistake.path) ?? [];
  return key as SettingKey | null;
}

type Group = Record<string, unknown>;
type Whole = Group & { vaults?: Group[]; policies?: Group };

/** As plain values: what an alias shares belongs to each place alone afterwards. */
function plain(text: string): Whole {
  return JSON.parse(JSON.stringify(readYaml(text).value ?? {}));
}

function vaultIn({ vaults }: Whole, vaultId: string): Group | null {
  return vaults?.find(({ id }) => id === vaultId) ?? null;
}

function saidBy(whole: Whole, vaultId: string, key: SettingKey): string | null {
  const vault = vaultIn(whole, vaultId) ?? {};
  const policy = policyOf(key);
  const said = policy === null ? vault[key] : { ...whole.policies, ...(vault.policies as Group | undefined) }[policy];
  return said === undefined ? null : String(said);
}

function put(vault: Group, key: SettingKey, value: string): void {
  const policy = policyOf(key);
  if (policy === null) vault[key] = key === "spotCheck" && /^\d{1,9}$/.test(value) ? Number(value) : value;
  else vault.policies = { ...(vault.policies as Group | undefined), [policy]: value };
}

function policyOf(key: SettingKey): string | null {
  return key.startsWith("policies.") ? key.slice("policies.".length) : null;
}
