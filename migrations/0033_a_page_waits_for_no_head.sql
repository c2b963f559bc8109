-- A page of a polled source is recorded in a transaction of several statements. What it puts on record waits for the commit like
-- everybody's (0013): the lock on the chain's head isn't held from its first statement to its last. The door's own function, which is
-- a transaction by itself, stays what it is; this one is the same but for its end.
do $$
declare
  was constant text := pg_get_functiondef('record_group'::regproc);
  from_here constant integer := position('    select record_head.seq, record_head.hash into head' in was);
  to_here constant integer := position('    if put_digests is not null or changed is not null' in was);
  is_now constant text := replace(
    overlay(was placing E'    insert into to_seal (at, kinds, payloads) values (now, kinds, payloads);\n'
            from from_here for to_here - from_here),
    '.record_group(', '.record_group_within(');
begin
  if from_here = 0 or to_here < from_here or position('.record_group_within(' in is_now) = 0 then
    raise exception 'record_group is not the function that this migration knows';
  end if;
  execute is_now;
end
$$;
