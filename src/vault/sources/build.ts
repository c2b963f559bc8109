import type { SourceConfig } from "../../model.ts";
import type { Mapping } from "../mapping.ts";
import { bitwarden } from "./bitwarden.ts";
import { hashicorpFile, hashicorpRelay } from "./hashicorp-vault.ts";
import { onePassword } from "./one-password.ts";
import { mappedSource, type PushedSource } from "./pushed.ts";
import type { PolledSource } from "./source.ts";

export interface Sources {
  polled: PolledSource[];
  pushed: PushedSource[];
}

interface Surroundings {
  env: Record<string, string | undefined>;
  vaultIds: ReadonlySet<string>;
  /** Reads a mapping file; its mistakes are sentences with their places. */
  readMapping(file: string): { ok: true; mapping: Mapping } | { ok: false; mistakes: string[] };
}

/** The configured sources with their secrets from the environment; every mistake at once, as sentences that hold no secret. */
export function buildSources(
  configured: readonly SourceConfig[],
  { env, vaultIds, readMapping }: Surroundings,
): { sources: Sources; mistakes: string[] } {
  const sources: Sources = { polled: [], pushed: [] };
  const mistakes: string[] = [];
  for (const source of configured) {
    const { kind, name, origin, tokenVariable, file } = source;
    const token = env[tokenVariable]?.trim() ?? "";
    const problem = file === null ? problemOf(kind, token) : null;
    if (problem !== null) {
      mistakes.push(`environment  ${tokenVariable} ${problem}, and the source ${name} needs it. ${remedies[kind]}`);
    }
    const reading = source.mapping === null ? null : readMapping(source.mapping);
    if (reading && !reading.ok) mistakes.push(...reading.mistakes);
    if (problem !== null) continue;
    if (kind === "hashicorp" && file !== null) sources.polled.push(hashicorpFile({ name, file, vaultIds }));
    else if (kind === "hashicorp") sources.pushed.push(hashicorpRelay({ name, token }, vaultIds));
    else if (kind === "bitwarden") sources.polled.push(bitwarden({ name, server: origin, client: token }));
    else if (kind === "1password") sources.polled.push(onePassword({ name, origin, token, vaultIds }));
    else if (reading?.ok) sources.pushed.push(mappedSource({ name, token }, reading.mapping));
  }
  return { sources, mistakes };
}

const remedies: Record<SourceConfig["kind"], string> = {
  "1password":
    "In 1Password: Integrations > Directory > Events Reporting > Add, with item usage events at least; set it to the bearer token shown there. docs/sources/1password.md leads the way.",
  bitwarden:
    "In Bitwarden's Admin Console: Settings > Organization info > View API key; set it to client_id:client_secret. docs/sources/bitwarden.md leads the way.",
  hashicorp:
    "Make one with `openssl rand -base64 32`, and give it to the relay. docs/sources/hashicorp-vault.md leads the way.",
  mapped:
    "Make one with `openssl rand -base64 32`, and give it to both sides. docs/sources/anything-else.md leads the way.",
};

/** Shown are kinds of tokens, never their values. */
function problemOf(kind: SourceConfig["kind"], token: string): string | null {
  if (token === "") return "is not set";
  if (kind === "1password" && token.startsWith("ops_")) {
    return "holds a service account's token, where the one of Events Reporting belongs";
  }
  if (kind === "bitwarden" && token.startsWith("user.")) {
    return "holds a person's own API key (user.…), where the organisation's belongs";
  }
  if (kind === "bitwarden" && !/^organization\.[\w-]{10,}:\S{10,}$/.test(token)) {
    return "is not client_id:client_secret of an organisation (organization.…:…)";
  }
  if (!/^[\x21-\x7e]{20,8192}$/.test(token)) return "holds no token of 20 characters or more";
  return null;
}
