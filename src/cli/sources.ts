import { readMappingFile } from "../config/mapping-file.ts";
import type { Config } from "../config.ts";
import { lackingFields, mappingShape } from "../vault/mapping.ts";
import { buildSources } from "../vault/sources/build.ts";

/** The sources of a configuration, with what the environment and their files say. */
export function sourcesOf(config: Config, env: Record<string, string | undefined>): ReturnType<typeof buildSources> {
  return buildSources(config.sources, {
    env,
    vaultIds: new Set(config.vaults.map(({ id }) => id)),
    readMapping: (file) => readMappingFile(file, mappingShape, lackingFields),
  });
}
