-- An operator's test is judged and shown like an access, and counts nowhere: its outcome is a word of its own.
-- What stands there already satisfied a stricter rule, so that nothing needs to be read through (not valid).
alter table assessment drop constraint assessment_outcome_check;
alter table assessment drop constraint assessment_check;
alter table assessment add constraint assessment_outcome_check
  check (outcome in ('alert', 'test', 'unwatched', 'not-an-exposure')) not valid;
alter table assessment add constraint assessment_check
  check ((outcome in ('alert', 'test')) = (state is not null and severity is not null and sentence is not null)) not valid;
