-- Whose Home was opened, and what Slack shows there. It can be emptied without loss: whoever opens theirs is drawn it anew.
create table home (
  slack_user_id text primary key,
  opened_at timestamptz not null,
  -- Which page of their own record is shown.
  page integer not null default 0 check (page >= 0),
  -- The record as it was when this was drawn last: what came since may change it.
  drawn_seq bigint not null default -1,
  drawn_at timestamptz not null,
  -- When what is shown goes out of date by itself.
  redraw_at timestamptz,
  -- Slack's names for the view and its state. Null: nothing is published yet.
  view_id text,
  hash text,
  -- What was published last, as a digest: the same isn't published again.
  print text,
  -- What stood in the way, in Slack's word.
  trouble text
);
create index home_opened on home (opened_at);

-- What waits in a vault is looked for, newest first.
create index alert_vault on alert (vault_id, opened_at);
