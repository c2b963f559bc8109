-- What an item was ever called, cut where nobody asks for more: whoever asks by an earlier name is answered about the item that had it.
create table item_title (
  item_key text not null,
  title text not null check (length(title) <= 400),
  primary key (item_key, title)
);
insert into item_title
select item.item_key, left(one.item_title, 400)
  from (select distinct vault_id, item_id, item_title from access where item_title is not null) as one
  join item on item.vault_id = one.vault_id and item.item_id = one.item_id
union select item_key, left(title, 400) from item where title is not null;

-- The addresses that users had in Slack before: what was recorded under one is found by the user still.
create table slack_address (
  slack_user_id text not null,
  email_folded text not null,
  primary key (slack_user_id, email_folded)
);
create index slack_address_email on slack_address (email_folded);
