import { existsSync } from "node:fs";
import { sayMinutes } from "../config/duration.ts";
import { configFileOf, type EnvironmentMistake, meansExample, type Variables } from "../config/environment.ts";
import { type Config, exampleFile, loadConfig, type Mistake, readEnvironment } from "../config.ts";
import type { DayRange, FollowUp, ManagerRef, WatchedVault } from "../model.ts";

import { checkSample } from "./sample.ts";

interface Output {
  log(line: string): void;
  error(line: string): void;
}

/**
 * `vaultbell check [FILE]`: says what a start would make of the configuration. Without FILE it answers "would this
 * start here?", so that a mistake in the environment fails too. With FILE it judges that file, wherever it is to be
 * used; what is wrong with this environment is then only mentioned.
 */
export async function check(args: string[], env: Variables, out: Output): Promise<number> {
  const [file, ...more] = args;
  if (file === "--sample") return checkSample(more, env, out);
  if (more.length > 0 || file?.startsWith("-")) {
    out.error("Usage: vaultbell check [FILE]\n       vaultbell check --sample FILE [--source NAME]");
    return file === "--help" || file === "-h" ? 0 : 2;
  }
  const environment = readEnvironment(env);
  const isExample = file === undefined && meansExample(env) && !existsSync(configFileOf(env));
  if (isExample) out.log("There is no vaultbell.yaml yet: the stand-in workspace runs on vaultbell.example.yaml.");
  const reading = loadConfig(file ?? (isExample ? exampleFile : configFileOf(env)));

  for (const line of reading.ok ? describe(reading.config) : reading.mistakes.map(mistakeLine)) out.log(line);
  if (environment.ok) for (const note of environment.environment.notes) out.log(`Note: ${note}`);
  else {
    if (file !== undefined) out.log("A start in this environment would still be refused:");
    for (const mistake of environment.mistakes) out.log(environmentLine(mistake));
  }
  return reading.ok && (environment.ok || file !== undefined) ? 0 : 1;
}

/** `vaultbell.yaml:7:12  vaults[0].hours  "…" is not how hours are written. Write …` */
export function mistakeLine({ file, line, column, path, problem, remedy }: Mistake): string {
  return [`${file}:${line}:${column}`, ...(path === "" ? [] : [path]), `${problem}. ${remedy}`].join("  ");
}

/** The problem names the variable. */
export function environmentLine({ problem, remedy }: EnvironmentMistake): string {
  return `environment  ${problem}. ${remedy}`;
}

function describe(config: Config): string[] {
  const { vaults, people, intents, sittingMinutes, notes } = config;
  return [
    `${config.file} is right: ${count(vaults.length, "vault")} watched.`,
    ...vaults.flatMap(describeVault),
    `A purpose stands for ${sayMinutes(intents.defaultMinutes)} unless said otherwise, ${sayMinutes(intents.maximumMinutes)} at most; a sitting goes on for ${sayMinutes(sittingMinutes)} after an access.`,
    ...(people.length > 0 ? [`${count(people.length, "entry", "entries")} under people.`] : []),
    ...notes.map((note) => `Note: ${note}`),
  ];
}

function describeVault(vault: WatchedVault): string[] {
  const levels = Object.entries(vault.policies);
  const sensitive = vault.items.filter(({ isSensitive }) => isSensitive).length;
  return [
    `${vault.name} (${vault.id})`,
    `  channel   ${vault.channel}`,
    `  managers  ${vault.managers.map(nameOf).join(", ")}`,
    `  hours     ${vault.hours === null ? "always" : `${vault.hours.text} in ${whoseZone(vault)}`}`,
    ...(vault.holidays ? [`  holidays  ${vault.holidays.region}`] : []),
    ...(vault.closed.length > 0 ? [`  closed    ${vault.closed.map(dayRange).join(", ")}`] : []),
    ...(levels.length > 0 ? [`  policies  ${levels.map((pair) => pair.join(": ")).join(", ")}`] : []),
    `  intent    ${vault.intent}`,
    ...(vault.followUp.steps.length > 0 ? [`  escalate  ${sayEscalation(vault.followUp)}`] : []),
    ...(vault.items.length > 0 ? [`  items     ${vault.items.length} named, ${sensitive} sensitive`] : []),
  ];
}

/** "after 15m to juan@example.com, after 30m to C0SECURITY, again every 1h, in the vault's hours". */
function sayEscalation({ steps, repeatMinutes, hours }: FollowUp): string {
  return [
    ...steps.map(
      ({ afterMinutes, to }) => `after ${sayMinutes(afterMinutes)} to ${to.kind === "email" ? to.email : to.id}`,
    ),
    ...(repeatMinutes === null ? [] : [`again every ${sayMinutes(repeatMinutes)}`]),
    ...(hours === "vault" ? ["in the vault's hours unless critical"] : []),
  ].join(", ");
}

function whoseZone({ clock, timezone }: WatchedVault): string {
  return clock === "person" ? `the zone of whoever opens something, else ${timezone}` : timezone;
}

function dayRange({ from, until }: DayRange): string {
  return from === until ? from : `${from}..${until}`;
}

function nameOf(manager: ManagerRef): string {
  return manager.kind === "email" ? manager.email : manager.id;
}

function count(number: number, one: string, several = `${one}s`): string {
  return `${number} ${number === 1 ? one : several}`;
}
