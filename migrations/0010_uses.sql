-- For how many accesses a purpose is meant, as the person said. Null: as many as the configuration lets one purpose explain.
alter table intent add column most_uses integer check (most_uses between 1 and 100);

-- When those that it explained happened: the earliest hundred, in order. Made of occurred_at by a union, whatever order they came in.
alter table intent_use add column moments timestamptz[] not null default '{}';
update intent_use set moments = found.moments
  from (select assessment.intent_id, (array_agg(access.occurred_at order by access.occurred_at))[1:100] as moments
          from assessment join access on access.id = assessment.access_id
         where assessment.intent_id is not null group by assessment.intent_id) as found
 where found.intent_id = intent_use.intent_id;
