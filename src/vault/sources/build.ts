import type { SourceConfig } from "../../model.ts";
import { onePassword } from "./one-password.ts";
import type { PolledSource } from "./source.ts";

interface SecretMistake {
  variable: string;
  /** A sentence without its full stop. Never holds a secret. */
  problem: string;
  remedy: string;
}

/** The configured sources with their secrets from the environment; every mistake at once. */
export function buildSources(
  configured: readonly SourceConfig[],
  env: Record<string, string | undefined>,
  vaultIds: ReadonlySet<string>,
): { sources: PolledSource[]; mistakes: SecretMistake[] } {
  const sources: PolledSource[] = [];
  const mistakes: SecretMistake[] = [];
  for (const { name, origin, tokenVariable } of configured) {
    const token = env[tokenVariable]?.trim() ?? "";
    const problem = problemOf(token);
    if (problem === null) sources.push(onePassword({ name, origin, token, vaultIds }));
    else
      mistakes.push({
        variable: tokenVariable,
        problem: `${tokenVariable} ${problem}, and the source ${name} needs it`,
        remedy,
      });
  }
  return { sources, mistakes };
}

const remedy =
  "In 1Password: Integrations > Directory > Events Reporting > Add, with item usage events at least; set it to the bearer token shown there. docs/sources/1password.md leads the way.";

/** Shown are kinds of tokens, never their values. */
function problemOf(token: string): string | null {
  if (token === "") return "is not set";
  if (token.startsWith("ops_")) return "holds a service account's token, where the one of Events Reporting belongs";
  if (!/^[\x21-\x7e]{20,8192}$/.test(token)) return "holds something that is no bearer token";
  return null;
}
