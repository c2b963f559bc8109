import type { Output } from "./output.ts";

export const auditUsage = `Usage: vaultbell audit verify [--head SEQ:HASH] …
       vaultbell audit export [--out FILE]`;

/** `vaultbell audit …`: the record, for whoever wants to check it. docs/record.md says what it proves. */
export async function audit([what, ...args]: string[], env: NodeJS.ProcessEnv, out: Output): Promise<number> {
  switch (what) {
    case "verify":
      return (await import("./audit-verify.ts")).verifyRecord(args, env, out);
    case "export":
      return (await import("./audit-export.ts")).exportRecord(args, env, out);
    default:
      out.error(auditUsage);
      return 2;
  }
}
