import { userInfo } from "node:os";

/** Who types, as far as the machine knows: this is what the record and the channels are told. */
export function askerName(): string {
  try {
    return `${userInfo().username} (at the command line)`;
  } catch {
    return "Whoever runs Vaultbell (at the command line)";
  }
}
