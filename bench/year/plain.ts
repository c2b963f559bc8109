/**
 * The same questions, asked of what was recorded alone: without what is kept as accesses are judged, and without the indices on it.
 * $1 is the vault, person or item; $2 and $3 a time.
 */
export const plain = {
  week: `
    with week as materialized (
      select access.received_at >= $3 as is_this, access.source, access.item_id, access.item_title, assessment.person_id, assessment.findings,
             date_bin('15 minutes', access.occurred_at, 'epoch') as beginning, assessment.state = 'explained' as is_explained,
             assessment.findings @> '[{"policy": "office-hours"}]' as is_after_hours
        from access join assessment on assessment.access_id = access.id and assessment.outcome = 'alert'
       where access.vault_id = $1 and access.received_at >= $2)
    select (select json_agg(one) from (select is_this, beginning, count(*), count(*) filter (where is_explained),
                                              count(*) filter (where is_after_hours) from week group by 1, 2) as one),
           (select json_agg(one) from (select finding ->> 'policy', count(*) from week, jsonb_array_elements(findings) as finding
                                        where is_this group by 1) as one),
           (select json_agg(one) from (select item_id, max(item_title), count(*), count(distinct person_id) from week where is_this group by 1) as one)`,
  open: `
    select alert.id, (select json_agg(review) from review where review.alert_id = alert.id) from alert
     where alert.vault_id = $1 and alert.opened_at >= $2
       and exists (select from alert_access join assessment using (access_id)
                    where alert_access.alert_id = alert.id and assessment.state <> 'explained')`,
  verdicts: `
    select count(*), percentile_disc(0.5) within group (order by first.at - alert.opened_at) from alert
     cross join lateral (select at from review where review.alert_id = alert.id and verdict in ('expected', 'suspicious') order by id limit 1) as first
     where alert.vault_id = $1 and alert.opened_at >= $2 and first.at >= $3`,
  seen: `
    select access.vault_id, access.item_id, min(access.occurred_at), max(access.occurred_at) as last, count(*)
      from assessment join access on access.id = assessment.access_id
     where assessment.person_id = $1 and assessment.outcome = 'alert' group by 1, 2 order by last desc limit 15`,
  who: `
    select assessment.person_id, min(access.occurred_at), max(access.occurred_at) as last, count(*)
      from access join assessment on assessment.access_id = access.id and assessment.outcome = 'alert'
     where access.item_id = $1 group by 1 order by last desc limit 15`,
  first: `
    select exists (select from assessment join access on access.id = assessment.access_id
                    where assessment.person_id = $1 and access.item_id = $2 and assessment.outcome = 'alert')`,
  entries: "select seq, at, kind, payload, payload_digest, hash from record where seq > $1 order by seq limit 5000",
} as const;
