-- Which of a list's items, by their places, were still to be rotated, and which of these had been seen: two lists that owe one item owe
-- one. Null: taken down before this was; a list that is looked after says it anew.
alter table leaver_progress
  add column owed integer[],
  add column owed_seen integer[];
