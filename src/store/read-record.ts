import { DatabaseError, type PoolClient } from "pg";
import type { ChainEntry } from "./chain.ts";
import { copyOut } from "./copy-out.ts";

/** So many entries are asked for at once: enough that asking costs nothing, few enough that all of them fit into memory. */
const atOnce = 20_000;

/** All entries in their order, as they stand in one moment, in constant memory; more come while those that came are worked on. */
export async function* readRecord(client: Pick<PoolClient, "query">): AsyncGenerator<ChainEntry[]> {
  let after = beforeAll;
  for (;;) {
    let last: bigint | null = null;
    for await (const rows of copyOut(client, entriesAfter(after))) {
      const entries = rows.map(toEntry);
      last = entries.at(-1)?.seq ?? last;
      yield entries;
    }
    if (last === null) return;
    after = last;
  }
}

/** Also numbers that no entry has are to be found. */
const beforeAll = -(2n ** 63n);

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

interface Unreadable {
  /** `null`: each is JSON, and doesn't say what it must. */
  first: { seq: string; kind: string } | null;
  problem: string;
}

/** Does what reads the payloads of entries as JSON, within the transaction that is open; where one can't be read, which is the first. */
export async function readable<T>(
  client: Pick<PoolClient, "query">,
  reading: () => Promise<T>,
): Promise<{ ok: true; value: T } | ({ ok: false } & Unreadable)> {
  const read = await attempt(client, reading);
  if (read.ok) return read;
  return { ok: false, ...((await firstUnreadable(client)) ?? { first: null, problem: read.problem }) };
}

/** What can't be read is closed in on by halves. */
async function firstUnreadable(client: Pick<PoolClient, "query">): Promise<Unreadable | null> {
  const problemIn = async (from: bigint, to: bigint) => {
    const text = "select count(convert_from(payload, 'UTF8')::jsonb) from record where seq between $1 and $2";
    const read = await attempt(client, () => client.query(text, [`${from}`, `${to}`]));
    return read.ok ? null : read.problem;
  };
  let [first, last] = [1n, (await readHead(client))?.seq ?? 0n];
  let problem = await problemIn(first, last);
  if (problem === null) return null;
  while (first < last) {
    const middle = (first + last) / 2n;
    const early = await problemIn(first, middle);
    if (early === null) first = middle + 1n;
    else [last, problem] = [middle, early];
  }
  const { rows } = await client.query<{ kind: string }>("select kind from record where seq = $1", [`${first}`]);
  return { first: { seq: `${first}`, kind: rows[0]?.kind ?? "" }, problem };
}

/** `problem`: what PostgreSQL says of data that isn't what it should be (SQLSTATE class 22). */
async function attempt<T>(
  client: Pick<PoolClient, "query">,
  work: () => Promise<T>,
): Promise<{ ok: true; value: T } | { ok: false; problem: string }> {
  await client.query("savepoint reading");
  try {
    const value = await work();
    await client.query("release savepoint reading");
    return { ok: true, value };
  } catch (error) {
    if (!(error instanceof DatabaseError) || !error.code?.startsWith("22")) throw error;
    await client.query("rollback to savepoint reading; release savepoint reading");
    return { ok: false, problem: error.message };
  }
}

/** COPY takes no parameters; a number needs no quotes. */
function entriesAfter(seq: bigint): string {
  return `copy (select seq, at, kind, payload, payload_digest, hash from record where seq > '${seq}'::bigint
                 order by seq limit ${atOnce}) to stdout (format binary)`;
}

/** As PostgreSQL counts time: in microseconds since 2000. */
const postgresEpoch = BigInt(Date.UTC(2000, 0, 1)) * 1000n;
const nothing = Buffer.alloc(0);

function toEntry([seq, at, kind, payload = null, payloadDigest = null, hash]: (Buffer | null)[]): ChainEntry {
  if (!seq || !at) throw new Error("an entry without its number or its time");
  return {
    seq: seq.readBigInt64BE(),
    at: at.readBigInt64BE() + postgresEpoch,
    kind: kind?.toString() ?? "",
    payload,
    payloadDigest,
    hash: hash ?? nothing,
  };
}
