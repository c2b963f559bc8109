import { sql } from "kysely";
import type { AppSeen, Notice } from "../model.ts";
import type { Db, Tx } from "./database.ts";
import { erasedWord } from "./erasing.ts";
import { seal } from "./record.ts";

export interface NoticeRow extends Notice {
  id: string;
  source: string;
}

/** Those that aren't recorded yet. */
export async function newNotices(tx: Tx, source: string, notices: Notice[]): Promise<Notice[]> {
  if (notices.length === 0) return [];
  const rows = await tx
    .selectFrom("notice")
    .select("event_id")
    .where("source", "=", source)
    .where(
      "event_id",
      "in",
      notices.map(({ eventId }) => eventId),
    )
    .execute();
  const known = new Set(rows.map((row) => row.event_id));
  return notices.filter(({ eventId }, index) => {
    return !known.has(eventId) && notices.findIndex((other) => other.eventId === eventId) === index;
  });
}

export async function recordNotices(tx: Tx, source: string, notices: Notice[], at: Date): Promise<void> {
  if (notices.length === 0) return;
  const rows = await tx
    .insertInto("notice")
    .values(
      notices.map(({ eventId, kind, occurredAt, actor, subject, vaultId }) => ({
        source,
        event_id: eventId,
        kind,
        occurred_at: occurredAt,
        received_at: at,
        actor_identity: actor.vaultIdentity,
        actor_email: actor.email,
        actor_name: actor.name,
        subject_kind: subject.kind,
        subject_identity: subject.identity,
        subject_email: subject.email,
        subject_name: subject.name,
        vault_id: vaultId,
      })),
    )
    .returning(["id", "kind", "vault_id as vault", "subject_identity as subject", "actor_identity as by"])
    .execute();
  await seal(
    tx,
    at,
    rows.map(({ id, kind, vault, subject, by }) => ({
      kind: "vault notice",
      payload: { notice: id, source, kind, vault, subject, by },
    })),
  );
}

/** What these say was so before anybody asked: it is on record, and in no channel. */
export async function tellNothingOf(tx: Tx, source: string, notices: Notice[], at: Date): Promise<void> {
  if (notices.length === 0) return;
  await sql`
    insert into notice_told (notice_id, channel, batch, at)
    select id, '', null, ${at} from notice
     where source = ${source} and event_id = any (${notices.map(({ eventId }) => eventId)}::text[])`.execute(tx);
}

/** Recorded notices that are neither told nor let be, oldest first. */
export async function noticesToTell(db: Db | Tx, limit: number): Promise<NoticeRow[]> {
  const rows = await notices(db)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom("notice_told").select("notice_id").whereRef("notice_id", "=", "notice.id"))),
    )
    .orderBy("notice.id")
    .limit(limit)
    .execute();
  return rows.map(toNotice);
}

/** One replica at a time tells, until the transaction ends. */
export async function oneTells(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('notices', 0))`.execute(tx);
}

/** Says where they are told, as one message for each channel. Returns the message's subject. */
export async function tellNotices(tx: Tx, told: { noticeId: string; channel: string }[], at: Date): Promise<string> {
  const { rows } = await sql<{ batch: string }>`select nextval('notice_batch') as batch`.execute(tx);
  const batch = rows[0]?.batch ?? "0";
  await tx
    .insertInto("notice_told")
    .values(
      told.map(({ noticeId, channel }) => ({
        notice_id: noticeId,
        channel,
        batch: channel === "" ? null : batch,
        at,
      })),
    )
    .execute();
  return batch;
}

/** What one message tells. */
export async function noticesOf(db: Db | Tx, batch: string, channel: string): Promise<NoticeRow[]> {
  const rows = await notices(db)
    .innerJoin("notice_told", "notice_told.notice_id", "notice.id")
    .where("batch", "=", batch)
    .where("channel", "=", channel)
    .orderBy("notice.id")
    .execute();
  return rows.map(toNotice);
}

/** In which of these vaults somebody with this identity or (folded) address has opened anything. */
export async function vaultsKnownTo(
  db: Db | Tx,
  asked: { source: string; identity: string; emailFolded: string | null; vaultIds: string[] },
): Promise<string[]> {
  const { rows } = await sql<{ vault: string }>`
    select distinct person_context.value as vault
      from person_alias join person_context on person_context.person_id = person_alias.person_id and person_context.kind = 'vault'
     where (person_alias.kind = 'vault' and person_alias.value = ${`${asked.source}:${asked.identity}`}
            or person_alias.kind = 'email' and person_alias.value = ${asked.emailFolded})
       and person_context.value = any (${asked.vaultIds}::text[])`.execute(db);
  return rows.map((row) => row.vault);
}

/** The newest version of each app that each person was heard of with. */
export async function recordApps(tx: Tx, source: string, apps: AppSeen[]): Promise<void> {
  const newest = new Map<string, AppSeen>();
  for (const one of apps) {
    const key = JSON.stringify([one.identity, one.app]);
    const known = newest.get(key);
    if (!known || known.at < one.at) newest.set(key, one);
  }
  if (newest.size === 0) return;
  const inOrder = [...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  await tx
    .insertInto("app_seen")
    .values(inOrder.map(({ at, ...one }) => ({ ...one, source, last_at: at })))
    .onConflict((conflict) =>
      conflict
        .columns(["source", "identity", "app"])
        .doUpdateSet((row) => ({
          version: row.ref("excluded.version"),
          email: row.ref("excluded.email"),
          name: row.ref("excluded.name"),
          last_at: row.ref("excluded.last_at"),
        }))
        .whereRef("app_seen.last_at", "<", sql.ref("excluded.last_at")),
    )
    .execute();
}

export interface AppRow {
  source: string;
  identity: string;
  email: string | null;
  name: string | null;
  app: string;
  version: string;
}

/** With which apps people were heard of since then, the newest first. */
export async function appsSeen(db: Db | Tx, sources: string[], since: Date): Promise<AppRow[]> {
  return db
    .selectFrom("app_seen")
    .select(["source", "identity", "email", "name", "app", "version"])
    .where("source", "in", sources)
    .where("last_at", ">", since)
    .orderBy("last_at", "desc")
    .limit(5_000)
    .execute();
}

/** Those of them who were seen in any of these vaults, or were given access to one; by their places in the list. */
export async function seenInVaults(db: Db | Tx, people: AppRow[], vaultIds: string[]): Promise<Set<number>> {
  if (people.length === 0) return new Set();
  const { rows } = await sql<{ place: number }>`
    with asked as (
      select * from unnest(${people.map(({ source }) => source)}::text[], ${people.map(({ identity }) => identity)}::text[],
                           ${people.map(({ email }) => email)}::text[]) with ordinality as asked (source, identity, email, place)
    ), known as (
      select asked.place, alias.person_id as id
        from asked join person_alias as alias on alias.kind = 'vault' and alias.value = asked.source || ':' || asked.identity
      union select asked.place, alias.person_id
        from asked join person_alias as alias on alias.kind = 'email' and alias.value = lower(asked.email)
    ), also as (
      select place, id from known
      union select known.place, younger.id from known join person as younger on younger.same_as = known.id
    )
    select (also.place - 1)::integer as place
      from also join person_context as context on context.person_id = also.id and context.kind = 'vault'
                                              and context.value = any (${vaultIds}::text[])
    union
    select (asked.place - 1)::integer
      from asked join notice on notice.source = asked.source and notice.subject_identity = asked.identity
     where notice.vault_id = any (${vaultIds}::text[])`.execute(db);
  return new Set(rows.map(({ place }) => place));
}

function notices(db: Db | Tx) {
  return db
    .selectFrom("notice")
    .select(["notice.id", "source", "event_id", "kind", "occurred_at", "actor_identity", "actor_email", "actor_name"])
    .select(["subject_kind", "subject_identity", "subject_email", "subject_name", "vault_id"]);
}

type Row = Awaited<ReturnType<ReturnType<typeof notices>["execute"]>>[number];

function toNotice(row: Row): NoticeRow {
  return {
    id: row.id,
    source: row.source,
    eventId: row.event_id,
    kind: row.kind,
    occurredAt: row.occurred_at,
    actor: { vaultIdentity: row.actor_identity, email: row.actor_email, name: row.actor_name },
    subject: {
      kind: row.subject_kind,
      identity: row.subject_identity === erasedWord ? `Erased ${row.subject_kind}` : row.subject_identity,
      email: row.subject_email,
      name: row.subject_name,
    },
    vaultId: row.vault_id,
  };
}
