import { type Config, type Mistake, parseConfig } from "../../src/config.ts";

/** A whole configuration with one watched vault, of which the tests replace what they are about. */
export function written({
  top = "timezone: Europe/Madrid",
  vault = [],
  below = "",
}: {
  top?: string;
  /** Lines of the vault. A line replaces the ordinary one of the same key. */
  vault?: string[];
  below?: string;
}): string {
  const ordinary = ["id: v_cards", "name: Company cards", "channel: C0123ABCD", "managers: [marta@example.com]"];
  const replaced = new Set(vault.map(keyOf));
  const lines = [...ordinary.filter((line) => !replaced.has(keyOf(line))), ...vault];
  return `${top}\nvaults:\n${lines.map((line, index) => `  ${index === 0 ? "-" : " "} ${line}`).join("\n")}\n${below}\n`;
}

export function understoodFrom(text: string): Config {
  const reading = parseConfig(text, "vaultbell.yaml");
  if (!reading.ok) throw new Error(`Unexpected mistakes:\n${reading.mistakes.map(told).join("\n")}`);
  return reading.config;
}

/** The mistakes as lines: `7:12 vaults[0].hours: problem. remedy`. */
export function mistakesIn(text: string): string[] {
  const reading = parseConfig(text, "vaultbell.yaml");
  return reading.ok ? [] : reading.mistakes.map(told);
}

function told({ line, column, path, problem, remedy }: Mistake): string {
  return `${line}:${column} ${path}: ${problem}. ${remedy}`;
}

function keyOf(line: string): string {
  return line.slice(0, line.indexOf(":"));
}
