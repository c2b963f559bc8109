import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { findContradictions } from "./config/cross-checks.ts";
import { type Explained, explain, pathText } from "./config/explain.ts";
import { configSchema, type WrittenConfig } from "./config/schema.ts";
import { usualServers, usualTokens } from "./config/source.ts";
import { readYaml } from "./config/yaml.ts";
import type { Path } from "./config/yaml-tree.ts";
import type { DayRange, FollowUp, ManagerRef, PublicHolidays, Retention, SourceConfig, WatchedVault } from "./model.ts";

export { type Environment, readEnvironment } from "./config/environment.ts";

/** What vaultbell.yaml says, checked. Deeply frozen. */
export interface Config {
  file: string;
  /** SHA-256 of the file's bytes in hex: with the code's own version it names the policy that judged an access. */
  fingerprint: string;
  /** The file's text, so that what is reported late can be judged by the configuration that stood when it happened. */
  text: string;
  /** IANA zone of whatever has no zone of its own. */
  timezone: string;
  /** Those named at the top of the file: they answer for the whole. */
  managers: ManagerRef[];
  vaults: WatchedVault[];
  people: PersonOverride[];
  /** The vault services that are asked. */
  sources: SourceConfig[];
  /** `uses`: how many accesses one purpose explains at most. */
  intents: { defaultMinutes: number; maximumMinutes: number; uses: number; asksAboutUnused: boolean };
  sittingMinutes: number;
  /** When the weekly summary is due: ISO weekday, minutes after midnight. */
  digest: { weekday: number; minute: number } | null;
  /** The other road when Slack can't be reached or refuses us. */
  fallback: { channel: string | null; emails: string[] };
  retention: Retention;
  /** What the operator should know although nothing is wrong, a sentence each. */
  notes: string[];
}

/** Joins what an e-mail address doesn't join, and says what is to be known of somebody. */
export interface PersonOverride {
  email: string | null;
  vaultIdentity: string | null;
  slackUserId: string | null;
  timezone: string | null;
  holidays: PublicHolidays | null;
  away: DayRange[];
}

/** Something wrong in the file, where it stands, and what would be right. */
export interface Mistake {
  file: string;
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units, as editors count. */
  column: number;
  /** `vaults[0].hours`; empty for the file as a whole. */
  path: string;
  /** A sentence without its full stop. */
  problem: string;
  /** One or more sentences; what can be copied stands between backticks. */
  remedy: string;
}

export type ConfigReading = { ok: true; config: Config } | { ok: false; mistakes: Mistake[] };

/** The configuration that the stand-in workspace runs on while there is no vaultbell.yaml. */
export const exampleFile = join(import.meta.dirname, "..", "vaultbell.example.yaml");

/** A day, and time to be late. */
const usualCanaryMinutes = 26 * 60;
const largestFileBytes = 1024 * 1024;

/** Reads and checks the file. */
export function loadConfig(file: string): ConfigReading {
  let bytes: Buffer;
  try {
    bytes = readAtMost(file, largestFileBytes + 1);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    const { problem, remedy } = unreadable.get(code) ?? {
      problem: `this file can't be read (${code})`,
      remedy: "Check its path.",
    };
    return refuse(file, problem, remedy);
  }
  if (bytes.length > largestFileBytes) return refuse(file, ...tooLarge);
  // The BOM is kept, so that the text's bytes are the file's, and so is the fingerprint.
  const text = bytes.toString("utf8");
  if (!isUtf8(bytes)) return refuse(file, "this file is not UTF-8 text", "Save it as UTF-8 in your editor.");
  return parseConfig(text, file);
}

/** Checks the text of a configuration. Reports every mistake at once, in the order of the text. Never throws. */
export function parseConfig(text: string, file: string): ConfigReading {
  if (Buffer.byteLength(text) > largestFileBytes) return refuse(file, ...tooLarge);
  const yaml = readYaml(text);
  const parsed = configSchema.safeParse(yaml.value);
  const explained: Explained[] = parsed.success ? [] : parsed.error.issues.flatMap((issue) => explain(issue, yaml));
  explained.push(...findContradictions(yaml.value));

  const mistakes: Mistake[] = yaml.faults.map(({ path, place, problem, remedy }) => ({
    file,
    ...place,
    path: pathText(path),
    problem,
    remedy,
  }));
  for (const { path, key, problem, remedy, isMissing } of explained) {
    const place = yaml.place(path, key);
    // Where the text is broken, what seems wrong or missing besides is mostly an echo of that.
    if ((yaml.isBroken && isMissing) || yaml.isBrokenAt(place.line)) continue;
    const whole: Path = key === undefined ? path : [...path, key];
    mistakes.push({ file, ...place, path: pathText(whole), problem, remedy });
  }
  if (mistakes.length > 0 || !parsed.success) return { ok: false, mistakes: inOrder(mistakes) };
  return { ok: true, config: deepFreeze(build(parsed.data, file, text)) };
}

function build(written: WrittenConfig, file: string, text: string): Config {
  const vaults = written.vaults.map(
    (vault): WatchedVault => ({
      id: vault.id,
      name: vault.name,
      channel: vault.channel,
      managers: vault.managers ?? written.managers ?? [],
      timezone: vault.timezone ?? written.timezone,
      hours: vault.hours ?? null,
      clock: vault.clock ?? "vault",
      holidays: vault.holidays === undefined ? (written.holidays ?? null) : vault.holidays,
      closed: [...(written.closed ?? []), ...(vault.closed ?? [])],
      policies: { ...set(written.policies), ...set(vault.policies) },
      intent: vault.intent ?? "required",
      hint: vault.hint ?? null,
      ticket: vault.ticket
        ? {
            pattern: vault.ticket.pattern,
            isRequired: vault.ticket.required ?? false,
            example: vault.ticket.example ?? null,
          }
        : null,
      items: (vault.items ?? []).map(({ id, title, sensitive, hint }) => ({
        id,
        title: title ?? null,
        isSensitive: sensitive ?? false,
        hint: hint ?? null,
      })),
      followUp: followUpOf(vault, written.security ?? null),
      detailsDays: vault.retention?.details ?? null,
      canary: vault.canary
        ? { itemId: vault.canary.item, withinMinutes: vault.canary.within ?? usualCanaryMinutes }
        : null,
    }),
  );
  return {
    file,
    fingerprint: createHash("sha256").update(text, "utf8").digest("hex"),
    text,
    timezone: written.timezone,
    managers: written.managers ?? [],
    vaults,
    people: (written.people ?? []).map(({ email, vault, slack, timezone, holidays, away }) => ({
      email: email ?? null,
      vaultIdentity: vault ?? null,
      slackUserId: slack ?? null,
      timezone: timezone ?? null,
      holidays: holidays ?? null,
      away: away ?? [],
    })),
    sources: (written.sources ?? []).map(({ kind, name, server, token, mapping, file: read }) => ({
      kind,
      name: name ?? kind,
      origin: server ?? usualServers[kind],
      tokenVariable: token ?? usualTokens[kind],
      mapping: mapping ?? null,
      file: read ?? null,
    })),
    intents: {
      defaultMinutes: written.intents?.default ?? 60,
      maximumMinutes: written.intents?.max ?? 24 * 60,
      uses: written.intents?.uses ?? 50,
      asksAboutUnused: written.intents?.followUp !== "off",
    },
    sittingMinutes: written.sitting ?? 30,
    digest: written.digest ? { weekday: written.digest.day, minute: written.digest.at } : null,
    retention: {
      bodiesDays: written.retention?.bodies ?? null,
      detailsDays: written.retention?.details ?? null,
    },
    fallback: { channel: written.fallback?.channel ?? null, emails: written.fallback?.email ?? [] },
    notes: notesOn(written),
  };
}

type WrittenVault = WrittenConfig["vaults"][number];

function followUpOf(written: WrittenVault, security: string | null): FollowUp {
  const { escalate, night, unmatched, critical, ask, intent, whatNow, explained, spotCheck } = written;
  const { steps, repeat, hours } = inOneShape(escalate);
  const escalatesTo = steps
    .toSorted((a, b) => a.after - b.after)
    .flatMap(({ to }) => (to.kind === "channel" ? to.id : []));
  return {
    steps: steps
      .map(({ after, to }) => ({ afterMinutes: after, to }))
      .toSorted((a, b) => a.afterMinutes - b.afterMinutes),
    repeatMinutes: repeat ?? null,
    hours: hours ?? "always",
    night: night ?? "dm",
    unmatched: unmatched === "one" ? 1 : 2,
    critical: critical === "two" ? 2 : 1,
    ask: ask ?? ((intent ?? "required") === "required" ? "at-once" : "off"),
    explained: explained ?? "line",
    spotCheck: spotCheck ?? null,
    whatNow: {
      call: whatNow?.call ?? null,
      freeze: whatNow?.freeze ?? null,
      steps: whatNow?.steps ?? usualSteps,
      link: whatNow?.link ?? null,
    },
    security: security ?? escalatesTo[0] ?? null,
  };
}

/** They fit any secret. */
const usualSteps = [
  "Ask the person, by voice rather than by chat",
  "Lock or freeze what was opened",
  "Change the secret, in the vault and wherever it is used",
  "Look for what was done with it since",
];

type WrittenEscalation = NonNullable<WrittenConfig["vaults"][number]["escalate"]>;

/** A step, a list of them, or a list with more to say about it: as the last of the three. */
function inOneShape(written: WrittenEscalation | undefined): Extract<WrittenEscalation, { steps: unknown }> {
  if (written === undefined) return { steps: [] };
  if (Array.isArray(written)) return { steps: written };
  return "steps" in written ? written : { ...written, steps: [written] };
}

/** What is written, without the keys that aren't. */
function set<T extends object>(levels: T | undefined): WatchedVault["policies"] {
  return Object.fromEntries(Object.entries(levels ?? {}).filter(([, level]) => level !== undefined));
}

function notesOn(written: WrittenConfig): string[] {
  const managersOf = (vault: WrittenConfig["vaults"][number]) => vault.managers ?? written.managers ?? [];
  return [
    ...written.vaults
      .filter((vault) => managersOf(vault).length === 1 && managersOf(vault)[0]?.kind !== "user-group")
      .map(({ name, id, escalate }) => {
        const sole = `${name} (${id}) has one manager, and nobody can judge what that manager opens`;
        return escalate === undefined
          ? `${sole}: name a second one, or say under \`escalate\` who hears of it.`
          : `${sole}: it is escalated at once. Whom \`escalate\` names as a person or group can judge it.`;
      }),
    ...written.vaults
      .filter(({ hours }) => hours === undefined)
      .map(({ name, id }) => `${name} (${id}) has no \`hours\`: every hour counts as ordinary there.`),
    ...written.vaults
      .filter(({ hours, closed }) => (hours ?? null) === null && closed !== undefined)
      .map(({ name, id }) => `${name} (${id}): \`closed\` changes nothing where every hour counts as ordinary.`),
  ];
}

function inOrder(mistakes: Mistake[]): Mistake[] {
  // A list shared by an alias is read once for each vault, but its mistakes stand in one place.
  const byPlace = new Map<string, Mistake>();
  for (const mistake of mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column)) {
    const key = `${mistake.line}:${mistake.column} ${mistake.problem}`;
    if (!byPlace.has(key)) byPlace.set(key, mistake);
  }
  return [...byPlace.values()];
}

function refuse(file: string, problem: string, remedy: string): ConfigReading {
  return { ok: false, mistakes: [{ file, line: 1, column: 1, path: "", problem, remedy }] };
}

const tooLarge = [
  "this file is larger than 1 MiB",
  "Give the path of vaultbell.yaml, which has some kilobytes.",
] as const;

const unreadable = new Map([
  ["ENOENT", { problem: "there is no such file", remedy: "Copy vaultbell.example.yaml to it and put in your vaults." }],
  ["EISDIR", { problem: "this is a folder", remedy: "Give the path of the file in it, such as vaultbell.yaml." }],
  [
    "EACCES",
    { problem: "this file may not be read", remedy: "Let the user that runs Vaultbell read it (chmod, chown)." },
  ],
]);

/** Not by the file's size, which pipes and devices don't tell. */
function readAtMost(file: string, most: number): Buffer {
  const descriptor = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(most);
    let length = 0;
    while (length < most) {
      const read = readSync(descriptor, bytes, length, most - length, null);
      if (read === 0) break;
      length += read;
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
