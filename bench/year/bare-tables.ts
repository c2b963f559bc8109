import type pg from "pg";

/** Takes away what costs more row by row than at once: indices, and the keys that look into other tables. Returns what puts them back. */
export async function bareTables(client: pg.Client): Promise<string[]> {
  const { rows: constraints } = await client.query<{ table: string; name: string; kind: string; definition: string }>(`
    select conrelid::regclass::text as table, quote_ident(conname) as name, contype as kind, pg_get_constraintdef(oid) as definition
      from pg_constraint where connamespace = 'public'::regnamespace and contype in ('f', 'p', 'u')
       and conrelid::regclass::text not like 'migration%'
     order by contype <> 'f', conrelid, conname`);
  const { rows: indices } = await client.query<{ name: string; definition: string }>(`
    select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
      join pg_class on pg_class.oid = indexrelid
     where relnamespace = 'public'::regnamespace and indrelid::regclass::text not like 'migration%'
       and not exists (select from pg_constraint where conindid = indexrelid)`);
  for (const { table, name } of constraints) await client.query(`alter table ${table} drop constraint ${name}`);
  for (const { name } of indices) await client.query(`drop index ${name}`);
  const put = ({ table, name, kind, definition }: (typeof constraints)[number]) =>
    // What was made to fit needn't be checked row by row.
    `alter table ${table} add constraint ${name} ${definition}${kind === "f" && !definition.endsWith("NOT VALID") ? " not valid" : ""}`;
  return [
    ...constraints.filter(({ kind }) => kind !== "f").map(put),
    ...indices.map(({ definition }) => definition),
    ...constraints.filter(({ kind }) => kind === "f").map(put),
  ];
}
