-- How many of a list's items the person who left had seen since they were last rotated. Null: taken down before this was.
alter table leaver_progress add column must integer;

-- A picture that Slack certainly hasn't taken is sent again some minutes later, a few times. An upload whose outcome nobody knows never is.
create table digest_picture_failure (
  digest_id bigint not null references digest_picture (digest_id),
  attempt smallint not null check (attempt >= 1),
  at timestamptz not null,
  trouble text not null,
  primary key (digest_id, attempt)
);
create table digest_picture_again (
  digest_id bigint not null references digest_picture (digest_id),
  attempt smallint not null check (attempt >= 2),
  begun_at timestamptz not null,
  primary key (digest_id, attempt)
);
create trigger digest_picture_failure_is_append_only before update or delete on digest_picture_failure
  for each statement execute function refuse_change();
create trigger digest_picture_again_is_append_only before update or delete on digest_picture_again
  for each statement execute function refuse_change();
