-- What a configuration changed against the one before it, in the words in which a channel is told.
create table configuration_change (
  configuration_id bigint not null references configuration (id),
  channel text not null,
  place smallint not null,
  about text not null,
  sentence text not null,
  primary key (configuration_id, channel, place)
);
create trigger configuration_change_is_append_only before update or delete on configuration_change
  for each statement execute function refuse_change();

-- Who made it so, where that was done in Slack: Slack users, in the order in which they said so. Empty: by the file.
alter table configuration add column by text[] not null default '{}';
