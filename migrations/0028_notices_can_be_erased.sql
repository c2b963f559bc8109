-- Whom a notice is about, and who did it, may be erased by every word for them.
drop trigger notice_is_append_only on notice;
create trigger notice_is_append_only before update on notice for each row execute function
  refuse_all_but_erasure('actor_identity', 'actor_email', 'actor_name', 'subject_identity', 'subject_email', 'subject_name');
create index notice_named on notice (received_at) where subject_identity <> 'erased';
