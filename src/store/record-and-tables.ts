import type { PoolClient } from "pg";
import { guards } from "./guards.ts";

/** Where a table and the record differ. */
export interface Unmatched {
  what: string;
  count: number;
  /** The first of them. */
  example: string;
}

/**
 * Holds the tables against the record: what a row says and what its entry says, both ways, by the time that both have. Of an entry that was
 * erased nothing but its time and kind is known, so that it may stand for any one row of its moment; a row whose words were erased,
 * for any one entry of its moment, as far as words go.
 */
export async function matchTables(client: Pick<PoolClient, "query">): Promise<Unmatched[]> {
  const found: Unmatched[] = [];
  // Whole tables are put in order; until the end of the transaction, if there is one.
  await client.query("select set_config('work_mem', '128MB', true)");
  for (const comparisons of [wholly, inWords]) {
    const { rows } = await client.query<{ what: string; count: string; example: string }>(compared(comparisons));
    found.push(...rows.map(({ what, count, example }) => ({ what, count: Number(count), example })));
  }
  for (const { what, text } of [...judged, ...kept]) {
    const { rows } = await client.query<{ count: string; example: string | null }>(text);
    const [row] = rows;
    const count = Number(row?.count ?? 0);
    if (count > 0) found.push({ what, count, example: row?.example ?? "" });
  }
  return found;
}

/** A table, and the entries that its rows were made with. */
interface Told {
  what: string;
  /** Kinds of entries, as a list for `in`. */
  kinds: string;
  from: string;
  /** When, as the entry has it; `null`: the entry was made a moment later, and the ids tell which it is. */
  at: string | null;
  /** What stays, each as the row has it and as the payload (`said`) does; compared as text. */
  says: [row: string, entry: string][];
  /** What may be erased, and whether it was. */
  words?: { says: [row: string, entry: string][]; areGone: string };
}

/** As JSON has it. */
export const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const field = (name: string) => `said ->> '${name}'`;
/** Columns whose payload has the same by another name, or by their own. */
const same = (...names: (string | [column: string, name: string])[]): [string, string][] =>
  names.map((one) => (typeof one === "string" ? [one, field(one)] : [one[0], field(one[1])]));
const json = (says: string[]) => `jsonb_build_array(${says.map((one) => `(${one})::text`).join(", ")})::text`;

const told: Told[] = [
  {
    what: "deliveries",
    kinds: "'delivery recorded', 'delivery quarantined'",
    from: `delivery left join (select delivery_id, count(*) as accepted from access group by 1) as of_it on of_it.delivery_id = delivery.id`,
    at: null,
    says: [
      ["case when problem is null then 'delivery recorded' else 'delivery quarantined' end", "kind"],
      ...same(["id", "delivery"], "source", ["secret_id", "secret"], ["encode(body_sha256, 'hex')", "bodySha256"]),
      ["coalesce(accepted, 0)", "coalesce(said ->> 'accepted', '0')"],
    ],
  },
  {
    what: "verdicts",
    kinds: "'review'",
    from: "review",
    at: "at",
    says: [
      ...same(["id", "review"], ["alert_id", "alert"], "revision", "verdict", "by"),
      ["needed", "coalesce(said ->> 'needed', '1')"],
    ],
    words: { says: same("note"), areGone: "note = 'erased'" },
  },
  {
    what: "resolutions",
    kinds: "'resolved'",
    from: "resolution",
    at: "at",
    says: same(["review_id", "review"], ["alert_id", "alert"], "outcome", "by"),
    words: { says: same("note"), areGone: "note = 'erased'" },
  },
  {
    what: "answers",
    kinds: "'actor answered'",
    from: "answer",
    at: "at",
    says: same(["alert_id", "alert"], "revision", "by", ["kind", "said"]),
    words: { says: same("text"), areGone: "text = 'erased'" },
  },
  {
    what: "acknowledgements",
    kinds: "'acknowledged'",
    from: "acknowledgement",
    at: "at",
    says: same(["alert_id", "alert"], "round", "revision", "by", [instant("until"), "until"]),
  },
  {
    what: "escalations",
    kinds: "'escalated'",
    from: "escalation",
    at: "at",
    says: same(["alert_id", "alert"], "round", "step", ["coalesce(target, 'managers')", "to"]),
  },
  {
    what: "steps ticked",
    kinds: "'step ticked', 'step unticked'",
    from: "what_now_tick join what_now using (alert_id)",
    at: "at",
    says: [
      ["case when is_done then 'step ticked' else 'step unticked' end", "kind"],
      ...same(["alert_id", "alert"], ["steps[step + 1]", "step"], "by"),
    ],
  },
  {
    what: "purposes",
    kinds: "'intent announced'",
    from: "intent",
    at: "announced_at",
    says: [
      ...same("id", ["person_id", "personId"], ["slack_user_id", "slackUserId"], [instant("starts_at"), "startsAt"]),
      ...same(["vault_id", "vaultId"], ["item_id", "itemId"], ["most_uses", "mostUses"]),
      // A recurring one has no end of its own: its entry says up to when it counted then.
      [
        `case when recurrence is null then ${instant("ends_at")} end`,
        "case when said ->> 'recurring' is null then said ->> 'endsAt' end",
      ],
      [
        "recurrence",
        `case when said ->> 'recurring' is not null then (said -> 'recurring') - '{confirmations,declined}'::text[] end`,
      ],
    ],
    words: { says: same("purpose", "ticket"), areGone: "purpose = 'erased'" },
  },
  {
    what: "ends of purposes",
    kinds: "'intent done', 'intent cancelled'",
    from: "intent_end",
    at: "at",
    says: [["'intent ' || how", "kind"], ...same(["intent_id", "intent"])],
  },
  {
    what: "snoozes",
    kinds: "'snooze announced'",
    from: "snooze",
    at: "announced_at",
    says: [
      ...same(["id", "snooze"], ["vault_id", "vaultId"], ["slack_user_id", "by"], [instant("ends_at"), "endsAt"]),
      ["for_slack_user_id", "said -> 'only' ->> 'slackUserId'"],
      ["for_item_id", "said -> 'only' ->> 'itemId'"],
      ["for_policy", "said -> 'only' ->> 'policy'"],
    ],
    words: { says: same("reason"), areGone: "reason = 'erased'" },
  },
  {
    what: "ends of snoozes",
    kinds: "'snooze ended'",
    from: "snooze_end",
    at: "at",
    says: same(["snooze_id", "snooze"], "by"),
  },
  {
    what: "settings",
    kinds: "'settings changed', 'settings proposed'",
    from: "setting_proposal",
    at: "at",
    says: [
      ["case when weakens = '{}' then 'settings changed' else 'settings proposed' end", "kind"],
      ...same(["id", "proposal"], ["vault_id", "vaultId"], ["slack_user_id", "by"]),
      ["changes", "said -> 'changes'"],
    ],
  },
  {
    what: "answers to settings",
    kinds: "'settings confirmed', 'settings declined', 'settings withdrawn', 'settings outdated'",
    from: "setting_answer",
    at: "at",
    says: [["'settings ' || kind", "kind"], ...same(["proposal_id", "proposal"], "by")],
  },
  {
    what: "configurations",
    kinds: "'configuration in force'",
    from: "configuration",
    at: "since",
    says: same("fingerprint"),
  },
  {
    what: "digests",
    kinds: "'digest'",
    from: `digest left join (select digest_id, jsonb_object_agg(vault_id, jsonb_build_array(${instant("starts_at")}, ${instant("ends_at")})) as told
                          from digest_vault group by 1) as told_in on told_in.digest_id = digest.id`,
    at: "made_at",
    says: [
      ...same(
        ["id", "digest"],
        "channel",
        "period",
        [instant("starts_at"), "startsAt"],
        [instant("ends_at"), "endsAt"],
      ),
      // Older ones don't say it.
      ["case when facts -> 'vaults' -> 0 ? 'startsAt' then coalesce(told, '{}') end", "said -> 'vaults'"],
      ...same(["facts -> 'numbers'", "numbers"], ["facts ->> 'openAlerts'", "openAlerts"], ["head_seq", "head"]),
    ],
  },
  {
    what: "digests read",
    kinds: "'digest read'",
    from: "digest_read",
    at: "at",
    says: same(["digest_id", "digest"], ["slack_user_id", "by"]),
  },
  {
    what: "questions",
    kinds: "'question asked', 'export begun'",
    from: "asked",
    at: "at",
    says: [
      // Whoever begins an export may have no Slack user.
      ["by", "coalesce(said -> 'by' ->> 'id', said ->> 'by')"],
      ["to_jsonb(vault_ids)", "said -> 'vaults'"],
    ],
    words: { says: same("question"), areGone: "question = 'erased'" },
  },
  {
    what: "leavers' lists",
    kinds: "'leaver begun'",
    from: "leaver",
    at: "begun_at",
    says: same(["id", "leaver"], ["person_id", "person"], ["vault_id", "vault"], ["begun_by", "by"]),
  },
  {
    what: "ends of leavers' lists",
    kinds: "'leaver ended'",
    from: "leaver_end",
    at: "at",
    says: same(["leaver_id", "leaver"], "by", ["continued_by", "continuedBy"]),
  },
  {
    what: "rotations ticked",
    kinds: "'rotation ticked', 'rotation unticked'",
    from: `leaver_tick join leaver_item using (leaver_id, place)`,
    at: "leaver_tick.at",
    says: [
      ["case when is_done then 'rotation ticked' else 'rotation unticked' end", "kind"],
      ...same(["leaver_id", "leaver"], ["item_id", "item"], "by", [instant("covers"), "covers"]),
    ],
  },
];

/** What stays is compared of every row, words of those that have theirs. The record is read once for each of both. */
const wholly: Comparison[] = told.map(({ what, says, ...of }) => ({
  ...of,
  what: `${what} that aren't those on the record`,
  says,
  areGone: "false",
}));
const inWords: Comparison[] = told.flatMap(({ what, says, words, ...of }) =>
  words
    ? [
        {
          ...of,
          what: `${what} that don't say what they said`,
          says: [...says, ...words.says],
          areGone: `coalesce(${words.areGone}, false)`,
        },
      ]
    : [],
);

interface Comparison extends Omit<Told, "words"> {
  areGone: string;
}

/** Where the moments don't tell, one stands for all. */
const untold = "'epoch'::timestamptz";

function compared(all: Comparison[]): string {
  const there = all.map(
    ({ what, from, at, says, areGone }) => `
      select '${what.replaceAll("'", "''")}' as what, ${at ?? untold} as at, case when not ${areGone} then ${json(says.map(([row]) => row))} end as says, count(*) as n
        from ${from} group by 2, 3`,
  );
  const byKind = (of: (one: Comparison) => string) =>
    `case ${all.map((one) => `when kind in (${one.kinds}) then ${of(one)}`).join("\n")} end`;
  const whatOf = byKind(({ what }) => `'${what.replaceAll("'", "''")}'`);
  const atOf = byKind(({ at }) => (at === null ? untold : "at"));
  const kinds = all.map((one) => one.kinds).join(", ");
  return `
    with there as (${there.join(" union all ")}),
         said as (select ${whatOf} as what, ${atOf} as at, ${byKind(({ says }) => json(says.map(([, entry]) => entry)))} as says, count(*) as n
                    from (select at, kind, convert_from(payload, 'UTF8')::jsonb as said from record
                           where kind in (${kinds}) and payload is not null offset 0) as entry group by 1, 2, 3
                   union all
                  select ${whatOf}, ${atOf}, null, count(*) from record where kind in (${kinds}) and payload is null group by 1, 2),
         moment as (select coalesce(there.what, said.what) as what, coalesce(there.at, said.at) as at,
                           coalesce(there.says, said.says) as says, coalesce(there.n, 0) - coalesce(said.n, 0) as more
                      from there full join said on said.what = there.what and said.at = there.at and said.says = there.says),
         counted as (select what, coalesce(nullif(at, ${untold})::text, min(says), 'an erased one') as example,
                            sum(greatest(more, 0)) filter (where says is not null) as rows,
                            sum(greatest(-more, 0)) filter (where says is not null) as entries,
                            sum(greatest(more, 0)) filter (where says is null) as blank_rows,
                            sum(greatest(-more, 0)) filter (where says is null) as erased
                       from moment where more <> 0 group by what, at)
    select what, count(*), min(example) as example from counted
     where coalesce(rows, 0) > coalesce(erased, 0) or coalesce(entries, 0) > coalesce(blank_rows, 0)
        or coalesce(rows, 0) + coalesce(blank_rows, 0) <> coalesce(entries, 0) + coalesce(erased, 0)
     group by 1 order by 3`;
}

/** What was judged: by the access, which the record has beside each entry, and by the moments. */
const judged = [
  {
    what: "judged accesses without an entry",
    text: `select count(*), min(assessment.access_id)::text as example
             from assessment left join record on record.access_id = assessment.access_id where record.seq is null`,
  },
  {
    what: "entries about a judged access that isn't there",
    text: `select count(*), min(record.seq)::text as example
             from record left join assessment on assessment.access_id = record.access_id
            where record.access_id is not null and assessment.access_id is null`,
  },
  {
    what: "moments in which not as many accesses were judged as the record has",
    text: `select count(*), min(coalesce(there.at, said.at))::text as example
             from (select assessed_at as at, count(*) as n from assessment group by 1) as there
             full join (select at, count(*) as n from record where kind like 'access %' group by 1) as said on said.at = there.at
            where there.n is distinct from said.n`,
  },
  {
    what: "judged accesses that aren't what was judged",
    text: `select count(*), min(seq)::text as example
             from (select seq, kind, access_id, convert_from(payload, 'UTF8')::jsonb as said from record
                    where kind like 'access %' and payload is not null offset 0) as entry
             left join assessment using (access_id) left join access on access.id = access_id left join alert_access using (access_id)
            where said ->> 'access' is distinct from access_id::text or access.id is null
               or kind is distinct from 'access ' || case when outcome in ('alert', 'test') then 'judged' else outcome end
               or said ->> 'person' is distinct from assessment.person_id::text or said ->> 'policy' is distinct from policy_version
               or said ->> 'alert' is distinct from alert_id or said ->> 'state' is distinct from state
               or said ->> 'severity' is distinct from severity or said ->> 'intentId' is distinct from intent_id::text
               or said ->> 'snooze' is distinct from snooze_id::text or said ? 'spotCheck' is distinct from is_spot_check
               or said ? 'test' is distinct from (outcome = 'test')
               or sentence <> 'erased' and said ->> 'sentence' is distinct from sentence
               or said ? 'policies' and findings <> '[]' and said -> 'policies' <> jsonb_path_query_array(findings, '$[*].policy')
               or said ? 'reported' and said ->> 'reported' <> access_reported(access)
               or said ? 'actor' and actor_identity <> 'erased' and said ->> 'actor' <> access_actor(access)`,
  },
  {
    what: "accesses that digests count as another",
    text: `select count(*), min(access_id)::text as example from assessment left join access on access.id = access_id
            where outcome = 'alert'
              and (counted_vault is distinct from access.vault_id or counted_source is distinct from access.source
                   or counted_at is distinct from access.received_at or counted_quarter is distinct from date_bin('15 minutes', occurred_at, 'epoch')
                   or is_after_hours is distinct from findings @> '[{"policy": "office-hours"}]' and findings <> '[]')`,
  },
  {
    what: "people and items of which less is remembered than was judged",
    text: `select count(*), min(item_key) as example
             from (select person_id, counted_item as item_key, count(*) as n from assessment
                    where outcome = 'alert' and counted_item is not null group by 1, 2) as there
             left join person_item using (person_id, item_key) where coalesce(accesses, 0) < n`,
  },
  {
    what: "accesses in an alert that isn't there, or of another vault or revision",
    text: `select count(*), min(access_id)::text as example
             from alert_access left join alert on alert.id = alert_id left join access on access.id = access_id
            where alert.id is null or access.vault_id is distinct from alert.vault_id or alert_access.revision > alert.revision`,
  },
  {
    what: "accesses that nobody judged and that don't wait",
    text: `select count(*), min(access.id)::text as example from access
            where not exists (select from assessment where assessment.access_id = access.id)
              and not exists (select from unjudged where unjudged.access_id = access.id)`,
  },
];

/** Whose turn came by `retention`, as the record says; somebody's erasure may have come to any. */
const erasedUpTo = (what: string) => `(
  id <= (select coalesce(max((convert_from(payload, 'UTF8')::jsonb ->> 'upTo')::bigint), 0) from record
             where kind in ('bodies erased', 'payloads erased') and convert_from(payload, 'UTF8')::jsonb ->> 'what' = '${what}')
  or exists (select from record where kind = 'person erased' or kind = 'payloads erased'
                and convert_from(payload, 'UTF8')::jsonb ->> 'what' = 'person'))`;

/** What rows say of themselves, or of other rows. */
const kept = [
  {
    what: "deliveries whose body isn't the one that was recorded",
    text: `select count(*), min(id)::text as example from delivery where body <> '' and sha256(body) <> body_sha256`,
  },
  {
    // The entry is made as the group that it came with is taken in; an hour is longer than anybody waits, and clocks are set by less than a minute.
    what: "deliveries that came at another time than their entry says",
    text: `select count(*), min(delivery.id)::text as example
             from (select at, (convert_from(payload, 'UTF8')::jsonb ->> 'delivery')::bigint as id from record
                    where kind in ('delivery recorded', 'delivery quarantined') and payload is not null offset 0) as entry
             join delivery using (id)
            where entry.at not between received_at - interval '1 minute' and received_at + interval '1 hour'`,
  },
  {
    what: "deliveries without their body that no erasure accounts for",
    text: `select count(*), min(id)::text as example from delivery
            where body = '' and body_sha256 <> sha256('') and not ${erasedUpTo("bodies")}`,
  },
  {
    what: "accesses without their details that no erasure accounts for",
    text: `select count(*), min(id)::text as example from access where actor_identity = 'erased' and not ${erasedUpTo("details")}`,
  },
  {
    what: "configurations whose text isn't the one that came into force",
    text: `select count(*), min(id)::text as example from configuration
            where encode(sha256(convert_to(text, 'UTF8')), 'hex') <> fingerprint`,
  },
  {
    what: "digests that show another head than the record had",
    text: `select count(*), min(id)::text as example from digest left join record on record.seq = head_seq
            where head_seq > 0 and record.hash is distinct from head_hash`,
  },
  {
    what: "entries that were never sealed",
    text: "select count(*), min(at)::text as example from to_seal",
  },
];

/** What keeps the record and the tables as they are, in the database: what of it is missing, switched off or otherwise than it was made. */
export async function looseGuards(client: Pick<PoolClient, "query">): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `with there as (${guardsThere})
     select wanted.name from unnest($1::text[], $2::text[]) as wanted (name, digest) left join there using (name)
      where there.digest is distinct from wanted.digest
     union all
     select 'record_pkey' where not exists (select from pg_index where indexrelid = to_regclass('record_pkey') and indisunique)
     union all
     select setting from pg_db_role_setting, unnest(setconfig) as setting where setting ~ '^session_replication_role=(replica|local)'
     union all
     select 'session_replication_role' where current_setting('session_replication_role') <> 'origin'`,
    [Object.keys(guards), Object.values(guards)],
  );
  return rows.map(({ name }) => name);
}

/** Triggers and functions of the database, by name, each with a digest of what it is: to tell one from another, not to keep anything secret. */
export const guardsThere = `
  select tgname || ' on ' || tgrelid::regclass as name, left(md5(regexp_replace(pg_get_triggerdef(oid), 'public\\.', '', 'g')), 12) as digest
    from pg_trigger where not tgisinternal and tgenabled in ('O', 'A') and tgrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
  union all
  select proname || '()', left(md5(prosrc), 12) from pg_proc where pronamespace = 'public'::regnamespace`;
