/** Who opens what: the n-th access is always the same, so that the load and its judge agree without talking. */
export interface Workload {
  /** Makes the ids of one run differ from those of another. */
  prefix: string;
  /** The n-th access is by person n modulo this, who always opens the same vault. */
  persons: number;
  vaults: number;
  /** Every access is of another item; otherwise fifty items are opened again and again. */
  itemsDiffer: boolean;
}

export interface BenchAccess {
  person: number;
  vault: number;
  item: number;
}

export function accessAt({ persons, vaults, itemsDiffer }: Workload, n: number): BenchAccess {
  const person = n % persons;
  return { person, vault: person % vaults, item: itemsDiffer ? n : n % 50 };
}

/** One event as the vault reports it; about 600 bytes with its envelope. */
export function eventAt(workload: Workload, n: number, at: Date): Record<string, unknown> {
  const { person, vault, item } = accessAt(workload, n);
  return {
    id: `${workload.prefix}-${n}`,
    action: "reveal",
    occurred_at: at.toISOString(),
    person: { id: `V${fiveDigits(person)}`, email: emailOf(person), name: personName(person) },
    vault: { id: vaultId(vault), name: vaultName(vault) },
    item: { id: `i_${fiveDigits(item)}`, title: `Item ${fiveDigits(item)}`, version: 3, category: "secure_note" },
    client: { app: "1Password for Mac", version: "8.10.4", platform: "macOS", device: "A bench’s MacBook" },
    ip: "203.0.113.9",
    location: { country: "ES", city: "Madrid" },
  };
}

export function bodyOf(events: Record<string, unknown>[], at: Date): Buffer {
  const data = events.length === 1 ? events[0] : events;
  return Buffer.from(JSON.stringify({ type: "vault.item.accessed", timestamp: at.toISOString(), data }));
}

export const fiveDigits = (n: number) => String(n).padStart(5, "0");
export const personName = (person: number) => `Person ${fiveDigits(person)}`;
export const slackIdOf = (person: number) => `U0P${fiveDigits(person)}`;
export const emailOf = (person: number) => `person-${fiveDigits(person)}@example.com`;
export const channelOf = (vault: number) => `C0BENCH${vault}`;
const vaultId = (vault: number) => `v_${vault}`;
const vaultName = (vault: number) => `Vault ${vault}`;

/** A configuration that watches so many vaults, each in a channel of its own. */
export function configFor(vaults: number): string {
  const rows = Array.from(
    { length: vaults },
    (_, vault) => `  - id: ${vaultId(vault)}
    name: ${vaultName(vault)}
    channel: ${channelOf(vault)}
    managers: *leads
    hours: always
    intent: required
`,
  );
  return `timezone: Europe/Madrid\nmanagers: &leads [marta@example.com, juan@example.com]\nvaults:\n${rows.join("")}`;
}
