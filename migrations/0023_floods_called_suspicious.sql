-- A flood that is called suspicious is one matter: each of its alerts keeps its verdict, and all of a vault share the card, the
-- timeline and the word to security of the first of them.
alter table what_now
  add column flood_id bigint references message (id),
  add column with_alert text references what_now (alert_id);
create index what_now_with on what_now (with_alert) where with_alert is not null;
create index what_now_flood on what_now (flood_id) where flood_id is not null;
