import type { Config } from "../config.ts";

/** Changes with every change of what the policies conclude from the same facts. */
const judgement = "1";

/** Which judgement, under which configuration: enough to judge again and get the same. */
export function policyVersion(config: Config): string {
  return `${judgement}+${config.fingerprint.slice(0, 12)}`;
}
