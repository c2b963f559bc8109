-- A token may be for fewer streams than a source has: one that isn't read has no age to be warned of, and a trouble that ended because the
-- token isn't for its stream any more isn't followed by "is read again".
alter table source_feed add column is_allowed boolean not null default true;
