import { sayExport } from "../bot/views/asked.ts";
import type { WatchedVault } from "../model.ts";
import { isPlainId } from "../policies/plain-words.ts";
import { type Disguise, leftOut } from "../policies/pseudonyms.ts";
import { standing } from "../policies/standing.ts";
import { reviewsOf } from "../store/alerts.ts";
import { inTransaction, type Tx } from "../store/database.ts";
import { erasedWord } from "../store/erasing.ts";
import { type Exportable, type ExportFilter, type ExportRow, exportRows, judgedNextAt } from "../store/exports.ts";
import { urgency, wantAll } from "../store/messages.ts";
import { seal, wake } from "../store/record.ts";
import { recordAsked } from "../store/reports.ts";
import { type Column, exportColumns } from "./export-columns.ts";
import { type WhosWho, whosWho } from "./export-people.ts";
import type { House } from "./house.ts";
import { sealAlone } from "./seal-alone.ts";

const dayMs = 24 * 60 * 60_000;

export interface ExportRequest {
  what: Exportable;
  filter: ExportFilter;
  /** `null`: with names. */
  disguise: Disguise | null;
}

/** How an export went: `sha256` of all that was written, in hex. */
export interface ExportEnd {
  how: "whole" | "stopped" | "failed";
  rows: number;
  sha256: string;
}

/** All rows of an export with the columns of `exportColumns`, a batch at a time. */
export async function* exported(tx: Tx, { what, filter, disguise }: ExportRequest): AsyncGenerator<ExportRow[]> {
  const who = whosWho(tx);
  for await (const rows of exportRows(tx, what, filter)) {
    const found = what === "accesses" || what === "alerts" ? await withVerdicts(tx, what, rows) : rows;
    await who.learn(heldBy(what, "person", found), heldBy(what, "slack-user", found));
    yield found.map((row) => finished(row, exportColumns[what], who, disguise));
  }
}

/**
 * Puts down that an export begins, before a row of it leaves: on the record, and as a line in the channels of the vaults that it is
 * about. Returns what names it in the entry of its end.
 */
export async function beginExport(
  house: Pick<House, "store" | "clock" | "config">,
  {
    by,
    what,
    filter,
    format,
    hasNames,
    vaults,
  }: {
    by: { id: string; name: string };
    what: Exportable;
    filter: ExportFilter;
    format: string;
    hasNames: boolean;
    vaults: WatchedVault[];
  },
): Promise<string> {
  const now = house.clock.now();
  const words = sayExport({
    what,
    format,
    hasNames,
    vaults: filter.vaultIds?.map((id) => vaults.find((vault) => vault.id === id)?.name ?? id) ?? null,
    ...filter,
    zone: house.config.timezone,
  });
  return inTransaction(house.store.db, async (tx) => {
    const vaultIds = filter.vaultIds ?? vaults.map(({ id }) => id);
    const { id, isAnnounced } = await recordAsked(
      tx,
      { by: by.id, byName: by.name, question: words, vaultIds, at: now },
      (await isNews(tx, filter, now)) ? dayMs : 0,
    );
    const channels = isAnnounced ? [...new Set(vaults.map(({ channel }) => channel))] : [];
    await wantAll(
      tx,
      channels.map((channel) => ({ kind: "asked", subject: id, channel, urgency: urgency.note, at: now })),
    );
    const payload = { export: id, by, question: words, vaults: vaultIds, what, format, hasNames, ...filter };
    await seal(tx, now, [{ kind: "export begun", payload }]);
    if (channels.length > 0) await wake(tx);
    return id;
  });
}

/**
 * Nothing that is older than a day: what a SIEM fetches every few minutes, and what needn't be told each time. A file with more of the
 * past in it is told, whatever came before.
 */
async function isNews(tx: Tx, { afterEntry }: ExportFilter, now: Date): Promise<boolean> {
  if (afterEntry === null) return false;
  const oldest = await judgedNextAt(tx, afterEntry);
  return oldest === null || now.getTime() - oldest.getTime() < dayMs;
}

export async function endExport(house: Pick<House, "store" | "clock">, id: string, end: ExportEnd): Promise<void> {
  await sealAlone(house, { kind: "export ended", payload: { export: id, ...end } });
}

/** With what was judged of them by the time of the export. */
async function withVerdicts(tx: Tx, what: "accesses" | "alerts", rows: ExportRow[]): Promise<ExportRow[]> {
  const reviews = await reviewsOf(tx, [
    ...new Set(rows.flatMap(({ alert_id: id }) => (typeof id === "string" ? id : []))),
  ]);
  const of = Map.groupBy(reviews, ({ alertId }) => alertId);
  return rows.map((row) => {
    if (row.alert_id === null) return row;
    const revision = Number(what === "accesses" ? row.alert_revision : row.revision);
    const stands = standing([{ revision }], of.get(String(row.alert_id)) ?? []);
    // Of a single access, "grown" means that the verdict came before it.
    const review = stands.kind === "decided" || (stands.kind === "grown" && what === "alerts") ? stands.review : null;
    const verdict = review?.verdict ?? "open";
    const { resolution_of: resolutionOf, ...told } = row;
    // One of a verdict that was taken back, or that has more under it since, ends nothing.
    if (what === "alerts" && (stands.kind !== "decided" || resolutionOf !== review?.id)) told.resolution = null;
    return { ...told, stands: stands.kind, verdict, verdict_by: review?.by ?? null, verdict_at: review?.at ?? null };
  });
}

function heldBy(what: Exportable, holds: "person" | "slack-user", rows: ExportRow[]): string[] {
  const columns = exportColumns[what].filter((column) => column[1] === holds).map(([name]) => name);
  const values = rows.flatMap((row) => columns.map((name) => row[name] ?? null));
  return values.filter((value) => typeof value === "string");
}

function finished(row: ExportRow, columns: Column[], who: WhosWho, disguise: Disguise | null): ExportRow {
  const named = withNames(row, columns, who);
  const said: ExportRow = {};
  for (const [name, holds] of columns) {
    const value = named[name] ?? null;
    said[name] = disguise === null || value === null ? value : disguised(value, holds, row, disguise);
  }
  return said;
}

function withNames(row: ExportRow, columns: Column[], who: WhosWho): ExportRow {
  const named: ExportRow = { ...row };
  for (const [name, holds] of columns) {
    const value = row[name];
    if (typeof value !== "string") continue;
    if (holds === "person") {
      const { name: called, email } = who.person(value);
      Object.assign(named, { [`${name}_name`]: called, [`${name}_email`]: email });
    }
    if (holds === "slack-user") {
      const { name: called, personId } = who.slackUser(value);
      Object.assign(named, { [`${name}_name`]: called ?? row[`${name}_name`] ?? null, [`${name}_person`]: personId });
    }
  }
  return named;
}

/** The word for one person or Slack user comes of one id, so that it is the same under one key whatever is learnt of them later. */
function disguised(
  value: NonNullable<ExportRow[string]>,
  holds: Column[1],
  row: ExportRow,
  disguise: Disguise,
): ExportRow[string] {
  // It stands for everybody of whom it was erased: a pseudonym would make them one.
  if (holds === "fact" || value === erasedWord) return value;
  const text = String(value);
  switch (holds) {
    case "name":
    case "text":
    case "place on the record":
      return leftOut;
    case "person":
    case "slack-user":
      return disguise(holds, text);
    case "target":
      if (row.target_kind === "channel") return value;
      return disguise(row.target_kind === "slack-user" ? "slack-user" : "address", text);
    case "vault ids": {
      const ids: string[] = JSON.parse(String(row.vault_id_list));
      return ids.map((id) => (isPlainId(id) ? id : disguise("vault", id))).join(" ");
    }
    default:
      return holds.isPlain?.(text) ? value : disguise(holds.trace, text);
  }
}
