import { createHash, randomBytes } from "node:crypto";
import pg from "pg";
import { databaseOf } from "../config/environment.ts";
import type { Config } from "../config.ts";
import { beginExport, endExport, exported } from "../pipeline/exports.ts";
import { limitsOf } from "../pipeline/limits.ts";
import { disguiseWith } from "../policies/pseudonyms.ts";
import { type Db, databaseTime, openReader, openStore, type Tx } from "../store/database.ts";
import { EmbeddedRefusal } from "../store/embedded/refusal.ts";
import { countRows, newestEntry, unjudgedNow, vaultsNeverHeardOf } from "../store/exports.ts";
import { readingOnly } from "../store/history.ts";
import { askerName } from "./asker.ts";
import { configMeant } from "./config-meant.ts";
import { mendDatabase, withDatabase } from "./database.ts";
import { type ExportArguments, exportUsage, readExportArguments } from "./export-arguments.ts";
import { exportLines } from "./export-lines.ts";
import { configInForce } from "./in-force.ts";
import { lacksSchema } from "./on-database.ts";
import { exitStopped, type Output } from "./output.ts";
import { progressOf } from "./progress.ts";
import { stopRequested } from "./stop-requested.ts";
import { sayFileFailure, whyNoFile, writeWhole } from "./write-whole.ts";

/**
 * `vaultbell export …`: what is recorded as a file, for auditors, spreadsheets and SIEMs, in constant memory. Exit code 0 when all of
 * it is written; 1 when it couldn't be; 2 when the question isn't understood; 130 when it was stopped.
 */
export async function exportRows(
  args: string[],
  env: NodeJS.ProcessEnv,
  out: Output,
  stop = stopRequested(),
): Promise<number> {
  if (args.includes("--help")) {
    out.log(exportUsage);
    return 0;
  }
  const file = configMeant(env, out);
  if (file === null) return 1;
  // What can be asked for, vaults by name and days of a zone, the file alone says; managers set nothing of that in Slack.
  const asked = readExportArguments(args, file);
  if (typeof asked === "string") {
    out.error(`${asked}\n\n${exportUsage}`);
    return 2;
  }
  try {
    const inTheWay = asked.file === undefined ? null : await whyNoFile(asked.file);
    if (inTheWay !== null) {
      out.error(inTheWay);
      return 2;
    }
    return await withDatabase(databaseOf(env), (url) => exportFrom(url, file, asked, out, stop));
  } catch (error) {
    out.error(sayFailure(error));
    return 1;
  }
}

async function exportFrom(
  url: string,
  inFile: Config,
  asked: ExportArguments,
  out: Output,
  stop: AbortSignal,
): Promise<number> {
  const store = openStore(url, () => {});
  const reader = openReader(url);
  try {
    const { what, filter, format, hasNames, vaults, file } = asked;
    const mistake = await mistakeIn(store.db, asked);
    if (mistake !== null) {
      out.error(mistake);
      return 2;
    }
    const begunAt = await databaseTime(store.pool);
    const { config } = await configInForce(store.db, inFile);
    const by = { id: "command line", name: askerName() };
    const begun = { by, what, filter, format, hasNames, vaults };
    const id = await beginExport({ store, config, clock: { now: () => begunAt } }, begun);

    const written = createHash("sha256");
    let rows = 0;
    const onRows = (more: number) => {
      stop.throwIfAborted();
      rows += more;
    };
    const failure = await readingOnly(reader.db, (tx) => write(tx, asked, onRows, stop, written)).then(
      (notes) => {
        for (const note of notes) out.error(note);
        return null;
      },
      (error: unknown) => sayFailure(error),
    );
    const how = failure === null ? "whole" : stop.aborted ? "stopped" : "failed";
    const endedAt = await databaseTime(store.pool);
    await endExport({ store, clock: { now: () => endedAt } }, id, { how, rows, sha256: written.digest("hex") });

    const all = `${rows.toLocaleString("en")} rows`;
    if (failure === null) {
      const vaultIds = vaults.map(({ id: vaultId }) => vaultId);
      for (const line of await limitsOf({ store, config }, vaultIds, endedAt)) out.error(line);
      out.error(`${all}, on the record as export ${id}.`);
      return 0;
    }
    out.error(how === "stopped" ? `Stopped after ${all}.` : `Not finished, after ${all}: ${failure}`);
    out.error(
      file === undefined ? "What was written isn't whole." : `Nothing of it is left; ${file} is as it was before.`,
    );
    return how === "stopped" ? exitStopped : 1;
  } finally {
    await reader.close();
    await store.close();
  }
}

/** What of the question there can't be in this database; `null`: nothing. */
async function mistakeIn(db: Db, { filter, vaults }: ExportArguments): Promise<string | null> {
  const unwatched = (filter.vaultIds ?? []).filter((id) => !vaults.some((vault) => vault.id === id));
  const [unknown] = await vaultsNeverHeardOf(db, unwatched);
  if (unknown !== undefined) {
    return `There is no vault “${unknown}”: none that is watched has that name or id, and none with that id was ever reported.`;
  }
  const { afterEntry } = filter;
  const newest = await newestEntry(db);
  if (afterEntry === null || BigInt(afterEntry) <= BigInt(newest)) return null;
  return `--after ${afterEntry} is beyond the record, whose newest entry is ${newest}. Is it another database's?`;
}

/** All of it, from one picture of the database; returns what is to be said of it afterwards. */
async function write(
  tx: Tx,
  asked: ExportArguments,
  onRows: (more: number) => void,
  stop: AbortSignal,
  written: ReturnType<typeof createHash>,
): Promise<string[]> {
  const { what, filter, hasProgress } = asked;
  const goOn = await newestEntry(tx);
  const total = hasProgress || process.stderr.isTTY ? await countRows(tx, what, filter) : null;
  const progress = progressOf({ total, of: "rows", isAsked: hasProgress });
  const disguise = asked.hasNames ? null : disguiseWith(asked.key ?? randomBytes(32));
  let soFar = 0;
  const batches = exported(tx, { what, filter, disguise });
  const lines = exportLines(asked, batches, (more) => {
    onRows(more);
    soFar += more;
    progress.say(soFar);
  });
  await writeWhole(asked.file, lines, stop, written);
  progress.end();
  if (what !== "accesses") return [];
  const unjudged = await unjudgedNow(tx);
  const open = unjudged === 0 ? [] : [`${unjudged} accesses aren't judged yet: of them a later file says more.`];
  // Of a stretch of time the rest may have been judged already: what comes after this entry isn't all that is missing.
  const isStretch = filter.from !== null || filter.until !== null;
  return isStretch ? open : [...open, `The next file goes on with --after ${goOn}.`];
}

function sayFailure(error: unknown): string {
  if (error instanceof EmbeddedRefusal) return error.message;
  if (lacksSchema(error)) {
    return "The database hasn’t the newest schema yet: run `vaultbell migrate` or start Vaultbell first.";
  }
  // insufficient_privilege, read_only_sql_transaction
  if (error instanceof pg.DatabaseError && (error.code === "42501" || error.code === "25006")) {
    return "An export is put on the record first, and this database role may not write there.";
  }
  const ofFile = sayFileFailure(error);
  if (ofFile !== null) return ofFile;
  const said = error instanceof Error ? error.message || error.name : String(error);
  return `The export could not be made: ${said}. ${mendDatabase}`;
}
