-- What a digest counts of an access stands in its assessment, and one index has it all: no vault's week looks through what was
-- reported, page by page.
alter table assessment
  add column counted_vault text,
  add column counted_source text,
  add column counted_at timestamptz,
  add column counted_item text,
  -- The quarter of an hour in which it happened.
  add column counted_quarter timestamptz,
  add column is_after_hours boolean,
  -- The policies that found something, but for those of which a digest speaks otherwise.
  add column unusual text[];

alter table assessment disable trigger assessment_is_append_only;
update assessment
   set counted_vault = access.vault_id, counted_source = access.source, counted_at = access.received_at,
       counted_item = left(encode(sha256(convert_to(access.vault_id || e'\n' || access.item_id, 'UTF8')), 'hex'), 32),
       counted_quarter = date_bin('15 minutes', access.occurred_at, 'epoch'),
       is_after_hours = findings @> '[{"policy": "office-hours"}]',
       unusual = array(select finding ->> 'policy' from jsonb_array_elements(findings) as finding
                        where finding ->> 'policy' not in ('announced-purpose', 'telling-purpose', 'office-hours'))
  from access where access.id = assessment.access_id and assessment.outcome = 'alert';
alter table assessment enable trigger assessment_is_append_only;

alter table assessment add constraint assessment_is_counted check (
  outcome <> 'alert' or num_nulls(counted_vault, counted_source, counted_at, counted_item, counted_quarter, is_after_hours, unusual) = 0);
create index assessment_week on assessment (counted_vault, counted_at)
  include (counted_source, person_id, counted_item, counted_quarter, state, is_after_hours, unusual, access_id, is_spot_check) where outcome = 'alert';
-- The index answers by itself where a page's rows are known to be everybody's: of what came last, too.
alter table assessment set (autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000);

-- Which alerts may wait for a verdict, without a look at what each is about. `asks`: no purpose explains
-- something in it, or it was picked for a verdict all the same.
-- `may_wait`: it asks, and no last word of one who needs nobody else covers all of it. The judge says both as it opens an alert
-- and as one grows; reviews change the second.
alter table alert
  add column asks boolean not null default true,
  add column may_wait boolean not null default true;
update alert set asks = false, may_wait = false
 where not exists (select from alert_access join assessment using (access_id)
                    where alert_access.alert_id = alert.id and assessment.outcome = 'alert'
                      and (assessment.state <> 'explained' or assessment.is_spot_check));
update alert set may_wait = false
  from (select distinct on (alert_id) alert_id, verdict, needed, revision from review order by alert_id, id desc) as last
 where last.alert_id = alert.id and alert.may_wait
   and last.verdict in ('expected', 'suspicious') and last.needed = 1 and last.revision >= alert.revision;
create index alert_may_wait on alert (vault_id, opened_at) where may_wait;
create index alert_quiet on alert (vault_id) where is_quiet;
create index escalation_target on escalation (target) where target_kind <> 'channel';

-- The first verdict on each alert that is about more than a test: what a week's reviews are counted by.
create table first_verdict (
  alert_id text primary key references alert (id),
  vault_id text not null,
  opened_at timestamptz not null,
  at timestamptz not null,
  by text not null
);
create index first_verdict_week on first_verdict (vault_id, at);
insert into first_verdict (alert_id, vault_id, opened_at, at, by)
select distinct on (alert.id) alert.id, alert.vault_id, alert.opened_at, review.at, review.by
  from review join alert on alert.id = review.alert_id
 where review.verdict in ('expected', 'suspicious')
   and exists (select from alert_access join assessment using (access_id)
                where alert_access.alert_id = alert.id and assessment.outcome = 'alert')
 order by alert.id, review.id;
create trigger first_verdict_is_append_only before update or delete on first_verdict
  for each statement execute function refuse_change();

create function review_counts() returns trigger language plpgsql as $$
begin
  update alert
     set may_wait = asks and not (new.verdict in ('expected', 'suspicious') and new.needed = 1 and new.revision >= revision)
   where id = new.alert_id;
  if new.verdict in ('expected', 'suspicious') then
    insert into first_verdict (alert_id, vault_id, opened_at, at, by)
    select id, vault_id, opened_at, new.at, new."by" from alert
     where id = new.alert_id
       and exists (select from alert_access join assessment using (access_id)
                    where alert_access.alert_id = alert.id and assessment.outcome = 'alert')
    on conflict do nothing;
  end if;
  return null;
end
$$;
create trigger review_counts after insert on review for each row execute function review_counts();
