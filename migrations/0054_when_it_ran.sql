-- From when to when Vaultbell was running, by what it says of itself every few minutes: what wasn't reported while nobody listened
-- is no silence. A new row begins after each time in which it wasn't; what lies between two was its own absence.
create table running (began_at timestamptz primary key, seen_at timestamptz not null, check (seen_at >= began_at));

-- Of a source that spoke on few days so far, nothing is usual yet.
alter table silence alter column usual_ms drop not null, alter column usual_on drop not null;
