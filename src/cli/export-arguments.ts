import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { DateTime } from "luxon";
import type { Config } from "../config.ts";
import type { WatchedVault } from "../model.ts";
import { chooseVaults } from "../pipeline/named.ts";
import { type Exportable, type ExportFilter, exportables } from "../store/exports.ts";

export const exportUsage = `Usage: vaultbell export ${exportables.join(" | ")}
         [--format csv|jsonl|ocsf] [--from DAY] [--until DAY] [--vault NAME] … [--after ENTRY]
         [--pseudonyms [--key FILE]] [--bom] [--progress] [--out FILE]

  --format      csv (RFC 4180, the default), jsonl (an object a line), ocsf (for a SIEM; accesses and alerts alone)
  --from        2026-01-01, from the beginning of that day in the configuration's zone; or an instant, 2026-01-01T08:00:00Z
  --until       2026-03-31, to the end of that day; or an instant, which isn't part of it any more
                Accesses count by when they happened, everything else by when it was made.
  --vault       by name or id, again and again for several; without it, everything that was ever reported
  --after       accesses that were judged after that entry of the record, in the record's order: each run ends by saying
                where the next one goes on, so that a SIEM gets every access once. Begin with 0, as ocsf does by itself
  --pseudonyms  keyed words for people, devices and addresses, the same within the file; what was written freely is left out
  --key         a file of 32 bytes or more of chance: files made with the same one have the same pseudonyms
  --bom         begins with a byte order mark, by which some spreadsheets know UTF-8
  --progress    says how far it has come on standard error, also where that is no terminal
  --out         the file gets its name once it is whole; without it: standard output

That it was made, by whom and of how many rows is on the record, and a line in the vaults' channels. docs/exports.md says more.`;

const exportFormats = ["csv", "jsonl", "ocsf"] as const;
type ExportFormat = (typeof exportFormats)[number];

export interface ExportArguments {
  what: Exportable;
  format: ExportFormat;
  filter: ExportFilter;
  /** The watched ones that it is about. */
  vaults: WatchedVault[];
  hasNames: boolean;
  /** `null`: one that nobody keeps. */
  key: Buffer | null;
  hasMark: boolean;
  hasProgress: boolean;
  file: string | undefined;
}

const fewestKeyBytes = 32;

/** What was typed; a string: what is wrong with it, in a sentence. */
export function readExportArguments(args: string[], config: Config): ExportArguments | string {
  const typed = parsed(args);
  if (typeof typed === "string") return typed;
  const { values, positionals } = typed;
  const [word, ...others] = positionals;
  const what = exportables.find((one) => one === word);
  if (!what || others.length > 0) return "Please say what to export, one word.";
  const format = exportFormats.find((one) => one === (values.format ?? "csv"));
  if (!format) return "The format is csv, jsonl or ocsf.";
  if (format === "ocsf" && what !== "accesses" && what !== "alerts") return "OCSF has accesses and alerts alone.";
  if (values.after !== undefined && what !== "accesses") return "--after goes with accesses alone.";
  if (values.after !== undefined && !/^\d{1,18}$/.test(values.after)) return "--after takes the number of an entry.";
  if (values.bom && format !== "csv") return "--bom goes with csv alone.";
  if (values.key !== undefined && !values.pseudonyms) return "--key goes with --pseudonyms.";
  const from = values.from === undefined ? null : readBound(values.from, config.timezone, "from");
  const until = values.until === undefined ? null : readBound(values.until, config.timezone, "until");
  if (from === "unreadable" || until === "unreadable") {
    return "--from and --until take a day (2026-01-31) or an instant with its zone (2026-01-31T08:00:00Z).";
  }
  if (from !== null && until !== null && from >= until) return "--until is before --from.";
  const vaults = values.vault?.map((name) => chosen(config, name)) ?? null;
  const key = values.key === undefined ? null : readKey(values.key);
  if (typeof key === "string") return key;
  return {
    what,
    format,
    filter: {
      from,
      until,
      vaultIds: vaults && [...new Set(vaults.flatMap(({ ids }) => ids))],
      // A SIEM's first file goes by the record's order as the next ones do: what isn't judged yet comes with one of them.
      afterEntry: values.after ?? (format === "ocsf" && what === "accesses" ? "0" : null),
    },
    vaults: vaults === null ? config.vaults : [...new Set(vaults.flatMap(({ watched }) => watched))],
    hasNames: !values.pseudonyms,
    key,
    hasMark: values.bom ?? false,
    hasProgress: values.progress ?? false,
    file: values.out,
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        format: { type: "string" },
        from: { type: "string" },
        until: { type: "string" },
        vault: { type: "string", multiple: true },
        after: { type: "string" },
        pseudonyms: { type: "boolean" },
        key: { type: "string" },
        bom: { type: "boolean" },
        progress: { type: "boolean" },
        out: { type: "string" },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** One that isn't watched is known by its id alone. */
function chosen(config: Config, name: string): { ids: string[]; watched: WatchedVault[] } {
  const watched = chooseVaults(config.vaults, name, null);
  return { ids: watched.length > 0 ? watched.map(({ id }) => id) : [name], watched };
}

/** Days are whole: "until" a day is until the next one begins. */
function readBound(typed: string, zone: string, which: "from" | "until"): Date | "unreadable" {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(typed);
  if (!isDay && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(typed)) return "unreadable";
  const at = DateTime.fromISO(typed, { zone });
  if (!at.isValid) return "unreadable";
  // Where a day has no midnight it begins later, and the next one needn't.
  return (isDay && which === "until" ? at.plus({ days: 1 }).startOf("day") : at).toJSDate();
}

function readKey(file: string): Buffer | string {
  try {
    const key = readFileSync(file);
    return key.length < fewestKeyBytes ? `The key in ${file} is shorter than ${fewestKeyBytes} bytes.` : key;
  } catch {
    return `The key could not be read from ${file}.`;
  }
}
