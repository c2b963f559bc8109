import type { PoolClient } from "pg";
import type { ChainEntry } from "./chain.ts";

/** So many entries come in one answer: enough that asking costs nothing, few enough that memory stays small. */
const batch = 5_000;

/**
 * All entries in their order, as they stand in one moment, in constant memory; the next batch is fetched while one is worked on. They
 * come packed, one row for a batch: taking a row for each entry apart would cost more than checking it.
 */
export async function* readRecord(client: Pick<PoolClient, "query">): AsyncGenerator<ChainEntry[]> {
  let next = fetchAfter(client, beforeAll);
  for (;;) {
    const { packed, last } = await next;
    if (packed === null || last === null) return;
    next = fetchAfter(client, last);
    next.catch(() => {});
    yield unpack(Buffer.from(packed, "hex"));
  }
}

/** Also numbers that no entry has are to be found. */
const beforeAll = "-9223372036854775808";

/** Begins the moment in which everything is read. */
export async function inOneMoment<T>(client: Pick<PoolClient, "query">, work: () => Promise<T>): Promise<T> {
  await client.query("begin transaction isolation level repeatable read, read only");
  try {
    return await work();
  } finally {
    await client.query("rollback");
  }
}

export async function readHead(client: Pick<PoolClient, "query">): Promise<{ seq: bigint; hash: Buffer } | null> {
  const { rows } = await client.query<{ seq: string; hash: Buffer }>("select seq, hash from record_head");
  const [head] = rows;
  return head ? { seq: BigInt(head.seq), hash: head.hash } : null;
}

async function fetchAfter(client: Pick<PoolClient, "query">, seq: string): Promise<Packed> {
  const { rows } = await client.query<Packed>({ name: "entries_after", text: entriesAfter, values: [seq, batch] });
  return rows[0] ?? { packed: null, last: null };
}

interface Packed {
  packed: string | null;
  last: string | null;
}

/** Each entry: seq, at (microseconds since 2000, as PostgreSQL keeps it), then kind, payload, digest and hash, each after its length. */
const entriesAfter = `
  select encode(string_agg(
           int8send(seq) || timestamptz_send(at)
             || int4send(octet_length(convert_to(kind, 'UTF8'))) || convert_to(kind, 'UTF8')
             || int4send(coalesce(octet_length(payload), -1)) || coalesce(payload, '')
             || int4send(coalesce(octet_length(payload_digest), -1)) || coalesce(payload_digest, '')
             || int4send(octet_length(hash)) || hash, '' order by seq), 'hex') as packed,
         max(seq) as last
    from (select * from record where seq > $1 order by seq limit $2) as batch`;

const postgresEpoch = BigInt(Date.UTC(2000, 0, 1)) * 1000n;

function unpack(bytes: Buffer): ChainEntry[] {
  const entries: ChainEntry[] = [];
  let at = 0;
  const part = (): Buffer | null => {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) return null;
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const seq = bytes.readBigInt64BE(at);
    const time = bytes.readBigInt64BE(at + 8) + postgresEpoch;
    at += 16;
    const kind = part()?.toString() ?? "";
    const [payload = null, payloadDigest = null, hash] = [part(), part(), part()];
    entries.push({ seq, at: time, kind, payload, payloadDigest, hash: hash ?? Buffer.alloc(0) });
  }
  return entries;
}
