-- The last word of each source about a vault, however long a livelier one has spoken since, and the hours in which it spoke: by one
-- index, which also answers what the one before it did.
create index access_heard on access (vault_id, source, received_at);
drop index access_week;
