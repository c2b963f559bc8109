import { sql } from "kysely";

/** Entries that never lose what they say: those by which it is known what was erased. */
export const erasableEntry = sql`record.kind not in ('payloads erased', 'bodies erased')`;
