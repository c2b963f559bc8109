-- How many people's Expected it took when a verdict was given. Of older ones: one.
alter table review add column needed smallint not null default 1 check (needed between 1 and 2);
-- How many steps one conversation was told of lately is asked before each.
create index escalation_at on escalation (at);
