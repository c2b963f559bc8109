import type { Config } from "../config.ts";
import { rulesVersion } from "../policies/index.ts";

/** Which rules, under which configuration: enough to judge again and get the same. */
export function policyVersion(config: Config): string {
  return `${rulesVersion}+${config.fingerprint.slice(0, 12)}`;
}
