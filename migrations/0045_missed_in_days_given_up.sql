-- What was found missing in days whose list then kept failing is told with the days that come after them: since when that is. Null: of the
-- days that are compared themselves.
alter table comparison_due add column missed_from timestamptz;
alter table source_comparison add column missed_from timestamptz;
