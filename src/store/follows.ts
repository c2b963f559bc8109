import { escapeLiteral } from "pg";
import { harmlessActions, testEventPrefix, testItemId } from "../model.ts";

/**
 * What is kept beside accesses, verdicts and proposals so that it is found at once, and follows from them: counted anew here, and compared.
 * `text` is a question to the database that answers how many differ, and which is the first.
 */
export interface Recount {
  what: string;
  text: string;
}

/** Somebody was erased on request: what named them went, whoever's it was. */
export const personErased = `select from record where kind = 'person erased' or kind = 'payloads erased'
                                                 and convert_from(payload, 'UTF8')::jsonb ->> 'what' = 'person'`;

/** The 32 digits under which an item is kept: as the judge makes them. */
const itemKey = "left(encode(sha256(convert_to(access.vault_id || e'\\n' || access.item_id, 'UTF8')), 'hex'), 32)";

/** Under which of two ids that turned out to be one person's. */
const elder = (id: string) => `(select coalesce(elder.same_as, elder.id) from person as elder where elder.id = ${id})`;

/** What a digest says otherwise than as unusual. */
const saidOtherwise = "('announced-purpose', 'telling-purpose', 'office-hours')";

const isTest = `(access.item_id = ${escapeLiteral(testItemId)} and access.source = 'webhook' and starts_with(access.event_id, ${escapeLiteral(testEventPrefix)}))`;
const isExposure = `access.action not in (${harmlessActions.map(escapeLiteral).join(", ")})`;

/** Judged accesses that the judge remembers. */
export const remembered = `(${isExposure} and not ${isTest})`;
/** And those with what was done with items of watched vaults otherwise, which tell of the items, too. */
const tellsOfItems = `(outcome = 'not-an-exposure' or ${remembered})`;

const loudness =
  "case when snooze_id is not null or severity = 'note' then 0 when severity = 'warning' then 1 else 2 end";

export const recounts: Recount[] = [
  {
    what: "accesses that digests count as another",
    text: `select count(*), min(access_id)::text as example from assessment left join access on access.id = access_id
            where outcome <> 'alert' and num_nonnulls(counted_vault, counted_source, counted_at, counted_item, counted_quarter, is_after_hours, unusual) > 0
               or outcome = 'alert'
              and (counted_vault is distinct from access.vault_id or counted_source is distinct from access.source
                   or counted_at is distinct from access.received_at or counted_quarter is distinct from date_bin('15 minutes', occurred_at, 'epoch')
                   or counted_item is distinct from ${itemKey}
                   or not (findings = '[]' and (sentence = 'erased' or exists (${personErased})))
                      and (is_after_hours is distinct from findings @> '[{"policy": "office-hours"}]'
                           or unusual is distinct from array(select finding ->> 'policy' from jsonb_array_elements(findings) as finding
                                                              where finding ->> 'policy' not in ${saidOtherwise})))`,
  },
  {
    what: "alerts that aren't what their accesses and verdicts make them",
    text: `select count(*), min(id) as example
             from (select alert.*, of_it.*, last.verdict, last.needed, last.revision as said_of
                     from alert
                     left join (select alert_id, max(alert_access.revision) as newest, count(*) as accesses, min(occurred_at) as first, max(occurred_at) as last,
                                       min(assessed_at) filter (where alert_access.revision = 1) as begun, max(${loudness}) as loudness,
                                       bool_or(outcome = 'alert' and (state <> 'explained' or is_spot_check)) as asking
                                  from alert_access join assessment using (access_id) join access on access.id = access_id group by 1) as of_it
                       on of_it.alert_id = alert.id
                     left join (select distinct on (alert_id) alert_id, verdict, needed, revision from review order by alert_id, id desc) as last
                       on last.alert_id = alert.id) as one
            where revision is distinct from newest or revision is distinct from accesses or first_occurred_at is distinct from first
               or last_occurred_at is distinct from last or opened_at is distinct from begun
               or loudest is distinct from (array['note', 'warning', 'critical'])[loudness + 1] or asks is distinct from asking
               or may_wait is distinct from (asks and coalesce(not (verdict in ('expected', 'suspicious') and needed = 1 and said_of >= revision), true))
               or is_quiet and exists (select from message where kind = 'alert' and subject = one.id)`,
  },
  {
    what: "accesses in an alert of somebody else",
    text: `select count(*), min(access_id)::text as example from alert_access join alert on alert.id = alert_id join assessment using (access_id)
            where alert.person_id <> assessment.person_id and ${elder("alert.person_id")} is distinct from ${elder("assessment.person_id")}`,
  },
  {
    what: "vaults that digests tell of with a gap",
    text: `select count(*), min(vault_id) as example from digest_vault as told
            where case when starts_at is null
                    then not exists (select from digest_vault as next where next.vault_id = told.vault_id and next.starts_at = told.ends_at)
                         and exists (select from digest_vault as other where other.vault_id = told.vault_id and other.starts_at is not null)
                    else not exists (select from digest_vault as before where before.vault_id = told.vault_id and before.ends_at = told.starts_at) end`,
  },
  {
    what: "first verdicts that aren't the first",
    text: `select count(*), min(alert_id) as example
             from (select distinct on (review.alert_id) review.alert_id, vault_id, opened_at, review.at, review.by
                     from review join alert on alert.id = review.alert_id
                     join (select alert_id, min(assessed_at) as shown_at from alert_access join assessment using (access_id)
                            where outcome = 'alert' group by 1) as shown on shown.alert_id = review.alert_id and shown_at <= review.at
                    where verdict in ('expected', 'suspicious') order by review.alert_id, review.id) as there
             full join first_verdict as said using (alert_id)
            where (there.vault_id, there.opened_at, there.at, there.by) is distinct from (said.vault_id, said.opened_at, said.at, said.by)`,
  },
  {
    what: "settings that aren't what was agreed on",
    text: `select count(*), min(proposal_id)::text as example
             from (select proposal_id, vault_id, key, value, at
                     from (select proposal.id as proposal_id, vault_id, change ->> 'key' as key, change ->> 'after' as value, coalesce(answer.at, proposal.at) as at, 1 as n
                             from setting_proposal as proposal left join setting_answer as answer on answer.proposal_id = proposal.id
                            cross join lateral jsonb_array_elements(changes) as change
                            where weakens = '{}' or answer.kind = 'confirmed'
                            union all
                           select proposal_id, vault_id, key, value, at, -1 from setting where proposal_id is not null) as either
                    group by 1, 2, 3, 4, 5 having sum(n) <> 0) as one`,
  },
  {
    what: "purposes that explained more or less than is counted",
    text: `select count(*), min(intent_id)::text as example
             from (select intent_id, count(*) as accesses, (array_agg(occurred_at order by occurred_at))[1:100] as moments
                     from assessment join access on access.id = access_id where intent_id is not null group by 1) as there
             full join intent_use as said using (intent_id)
            where (there.accesses, there.moments) is distinct from (said.accesses, said.moments)`,
  },
  {
    // Two replicas may judge a vault's first accesses at the same time.
    what: "vaults that weren't first heard of then",
    text: `with heard as (select vault_id, received_at, assessed_at from assessment join access on access.id = access_id where ${remembered})
           select count(*), min(vault_id) as example
             from (select vault_id, min(assessed_at) as at from heard group by 1) as there
             full join vault_watch as said using (vault_id)
            where there.vault_id is null or said.vault_id is null
               or vault_key <> left(encode(sha256(convert_to(vault_id, 'UTF8')), 'hex'), 32)
               or not exists (select from heard where heard.vault_id = said.vault_id and received_at = since and assessed_at <= there.at + interval '1 minute')`,
  },
  {
    what: "items that no access names so",
    text: `select count(*), min(item_key) as example
             from (select item_key, min(vault_id) as vault_id, min(item_id) as item_id, array_agg(distinct item_title) as titles
                     from (select ${itemKey} as item_key, vault_id, item_id, item_title from assessment join access on access.id = access_id where ${tellsOfItems}) as named
                    group by 1) as there
             full join item as said using (item_key)
            where (there.vault_id, there.item_id) is distinct from (said.vault_id, said.item_id)
               or said.title is not null and said.title <> all (array_remove(titles, null))`,
  },
  {
    what: "names that an item had, and that no access calls it by",
    text: `select count(*), min(coalesce(there.item_key, said.item_key)) as example
             from (select distinct item_key, left(title, 400) as title
                     from (select ${itemKey} as item_key, item_title as title from assessment join access on access.id = access_id
                            where item_title <> '' and ${tellsOfItems}) as named) as there
             full join item_title as said on said.item_key = there.item_key and said.title = there.title
            where said.title is null
               or there.title is null and not exists (select from access where ${itemKey} = said.item_key and left(item_title, 400) = said.title)`,
  },
  {
    what: "versions of items that weren't first seen then",
    text: `with seen as (select ${itemKey} as item_key, left(item_version, 100) as version, occurred_at, access.id from assessment join access on access.id = access_id
                           where item_version <> '' and ${tellsOfItems})
           select count(*), min(item_key) as example
             from (select item_key, version, min(occurred_at) as first from seen group by 1, 2) as there
             full join item_version as said using (item_key, version)
            where first is distinct from first_occurred
               or not exists (select from seen where seen.item_key = said.item_key and seen.version = said.version and seen.id = access_id and occurred_at = first)`,
  },
  {
    what: "changes of items that aren't those that were reported",
    text: `select count(*), min(access_id)::text as example
             from (select access_id, ${itemKey} as item_key, vault_id, action, occurred_at from assessment join access on access.id = access_id
                    where outcome = 'not-an-exposure') as there
             full join item_change as said using (access_id)
            where (there.item_key, there.vault_id, there.action, there.occurred_at)
                  is distinct from (said.item_key, said.vault_id, said.action, said.occurred_at)`,
  },
  {
    what: "leavers' lists that aren't as long as they were, or have other items",
    text: `select count(*), min(coalesce(leaver.id, there.leaver_id))::text as example
             from leaver
             full join (select leaver_id, count(*) as items, max(place) = count(*) - 1 and bool_and(item_key = left(encode(sha256(convert_to(vault_id || e'\\n' || item_id, 'UTF8')), 'hex'), 32)
                                                                      and leaver_item.at in (select at from leaver_progress where leaver_progress.leaver_id = leaver.id)) as fit
                          from leaver_item left join leaver on leaver.id = leaver_id group by 1) as there on there.leaver_id = leaver.id
             left join (select distinct on (leaver_id) leaver_id, total from leaver_progress order by leaver_id, id desc) as said on said.leaver_id = leaver.id
            where coalesce(items, 0) <> coalesce(total, 0) or leaver.id is null or not coalesce(fit, true)`,
  },
  ...[
    "what_now_tick of alert_id",
    "leaver_tick of leaver_id",
    "answer of alert_id",
    "setting of vault_id",
    "leaver_progress of leaver_id",
  ].map((one) => {
    const [table, , of] = one.split(" ");
    return {
      // The last one counts. Two replicas' may be numbered the other way round within the moment that a transaction takes.
      what: `rows of ${table} in another order than that of their times`,
      text: `select count(*), min(id)::text as example
               from (select id, at, lag(at) over (partition by ${of} order by id) as before from ${table}) as one where at < before - interval '1 minute'`,
    };
  }),
];
