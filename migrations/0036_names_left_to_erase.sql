-- One person's erasure takes some of a row's words, and the time of the others takes the rest: a row is done with when nothing that can be
-- erased is left in any of its columns. That is found without looking through what was erased before.
create index intent_words_left on intent (ends_at) where purpose <> 'erased' or ticket is not null;
create index snooze_words_left on snooze (ends_at) where by_name <> 'erased' or by_email is not null or reason <> 'erased';
create index setting_proposal_words_left on setting_proposal (at) where by_name <> 'erased' or by_email is not null;
create index asked_words_left on asked (at) where by_name <> 'erased' or question <> 'erased';
create index notice_words_left on notice (received_at)
  where subject_identity <> 'erased'
     or num_nonnulls(subject_email, subject_name, actor_identity, actor_email, actor_name) > 0;
drop index intent_purpose_left;
drop index snooze_reason_left;
drop index setting_proposal_name_left;
drop index asked_question_left;
drop index notice_named;
