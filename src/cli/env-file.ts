import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";

const variable = "VAULTBELL_ENV_FILE";

const usualFile = "./.env";

type EnvFile = { ok: true; env: NodeJS.ProcessEnv } | { ok: false; sentence: string };

/**
 * The environment with what the .env file says where it is silent: a variable that is set outranks the file. The file is
 * `./.env`, if there is one, or as VAULTBELL_ENV_FILE names it; "none" means that there is none.
 */
export function withEnvFile(env: NodeJS.ProcessEnv): EnvFile {
  const named = env[variable]?.trim() || undefined;
  if (named === "none") return { ok: true, env };
  const file = named ?? usualFile;
  try {
    return { ok: true, env: { ...parseEnv(readFileSync(file, "utf8")), ...env } };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && named === undefined) return { ok: true, env };
    const why = code === "ENOENT" ? "there is no such file" : `it can't be read (${code ?? "unknown"})`;
    return { ok: false, sentence: `${named === undefined ? file : `${variable} names ${file}`}: ${why}.` };
  }
}

/** The file that is read; `null`: there is none. */
export function envFileOf(env: NodeJS.ProcessEnv): string | null {
  const named = env[variable]?.trim() || undefined;
  if (named === "none") return null;
  return existsSync(named ?? usualFile) ? (named ?? usualFile) : null;
}
