-- The ticket that an announced purpose belongs to, where somebody named one.
alter table intent add column ticket text check (length(ticket) between 1 and 40);
