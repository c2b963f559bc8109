import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import type { Store } from "../../src/store/database.ts";
import type { Schema } from "../../src/store/schema.ts";
import type { Faults } from "./families.ts";
import { type Blockers, type Locks, pidOf } from "./locks.ts";
import type { Owner, Session, Wait, World } from "./world.ts";

/** The real PostgreSQL of one worker, with real connections that outlive the seeds. */
export interface Server extends Blockers {
  url: string;
  take(): Promise<pg.Client>;
  give(client: pg.Client): void;
  /** Ends a connection at once, as the death of its process does; resolves when its locks are free. */
  kill(client: pg.Client): Promise<void>;
  query(text: string, values?: unknown[]): Promise<pg.QueryResult>;
  close(): Promise<void>;
}

export async function openServer(url: string): Promise<Server> {
  const settings = "-c synchronous_commit=off -c deadlock_timeout=1h -c jit=off";
  const connect = async () => {
    const client = new pg.Client({ connectionString: url, options: settings });
    client.on("error", () => {});
    await client.connect();
    return client;
  };
  const observer = await connect();
  const idle: pg.Client[] = [];
  return {
    url,
    take: async () => idle.pop() ?? connect(),
    give: (client) => void idle.push(client),
    blockersOf: async (client) => {
      const { rows } = await observer.query("select pg_blocking_pids($1) as pids", [pidOf(client)]);
      return rows[0].pids;
    },
    cancel: async (client) => void (await observer.query("select pg_cancel_backend($1)", [pidOf(client)])),
    kill: async (client) => {
      await observer.query("select pg_terminate_backend($1, 5000)", [pidOf(client)]);
      await client.end().catch(() => {});
    },
    query: (text, values) => observer.query(text, values),
    close: async () => {
      await Promise.all([observer, ...idle].map((client) => client.end()));
    },
  };
}

export interface ReplicaStore {
  store: Store;
  /** Connections that are in somebody's hands. */
  inUse(): number;
  /** The process is dead: PostgreSQL notices, rolls back, and frees its locks. */
  crash(): Promise<void>;
  /** Nothing is under way any more: gives the connections back. */
  close(): Promise<void>;
}

interface Connection extends Session {
  /** Taken when the first statement is let through: until then nothing real has happened. */
  client: pg.Client | null;
  isBroken: boolean;
  isBusy: boolean;
  /** What it will tell the others when it commits. */
  tells: Set<string | null>;
}

/** What a replica knows as its database: each statement waits at a gate, and may fail in all the ways in which they do. */
export function openReplicaStore(parts: {
  world: World;
  faults: Faults;
  server: Server;
  locks: Locks;
  owner: Owner;
  /** `null`: there may be work of any kind. */
  onNotify: (work: string | null) => void;
  /** Kills the replica, in the middle of what it does. False: it has died often enough, and lives on. */
  die: (where: string) => Promise<boolean>;
}): ReplicaStore {
  const { world, faults, server, locks, owner } = parts;
  const open = new Set<Connection>();
  const free: Connection[] = [];

  async function connect() {
    const connection: Connection = free.pop() ?? {
      client: null,
      isInTransaction: false,
      isBroken: false,
      isBusy: false,
      tells: new Set(),
    };
    open.add(connection);
    return {
      query: (text: string, values: readonly unknown[] = []) => query(connection, text, values),
      release: () => {
        if (!open.delete(connection) || owner.isDead) return;
        if (!connection.isBroken) free.push(connection);
      },
    };
  }

  function query(connection: Connection, text: string, values: readonly unknown[]): Promise<pg.QueryResult> {
    const word = text.trimStart().split(/\s/, 1)[0]?.toLowerCase() ?? "";
    return world.effect({
      owner,
      label: labelOf(text),
      session: connection,
      costMs: 1,
      run: (wait) => act(connection, word, text, values, wait),
      frees: () => !connection.isInTransaction,
    });
  }

  async function act(connection: Connection, word: string, text: string, values: readonly unknown[], wait: Wait) {
    if (connection.isBroken) throw new Error("Client has encountered a connection error and is not queryable");
    // What a transaction begins with is visible to nobody, and what undoes one can't make anything worse.
    const isQuiet = word === "begin" || word === "rollback";
    const isRead = word === "select" && !text.includes("record_group");
    const isLast = word === "commit" || (!connection.isInTransaction && word !== "begin" && !isRead);
    // Most statements are reads; what matters more is struck more often.
    const weight = text.includes("record_group") ? 12 : isLast ? 3 : 1;
    if (!isQuiet && faults.strikes("crash", 0.002 * weight) && (await parts.die(`before: ${labelOf(text)}`)))
      return gone;
    if (!isQuiet && faults.strikes("connection-lost", 0.003 * weight))
      return lose(connection, `before: ${labelOf(text)}`);
    if (connection.isInTransaction && !isQuiet && faults.strikes("serialization", 0.006)) {
      world.say(`${owner.name}: PostgreSQL asks for another attempt (40001)`);
      return send(connection, "do $$ begin raise exception 'simulated' using errcode = '40001'; end $$", [], wait);
    }
    const result = await send(connection, text, values, wait);
    if (word === "begin") connection.isInTransaction = true;
    if (word === "commit" || word === "rollback") connection.isInTransaction = false;
    if (text.includes("pg_notify")) connection.tells.add(String(values[0]));
    if (text.includes("record_group")) connection.tells.add(null);
    if (!connection.isInTransaction && connection.tells.size > 0) {
      if (word !== "rollback") for (const work of connection.tells) parts.onNotify(work);
      connection.tells.clear();
    }
    if (isLast && faults.strikes("commit-unknown", 0.02)) return lose(connection, `after: ${labelOf(text)}`);
    if (isLast && faults.strikes("crash", 0.01)) await parts.die(`after: ${labelOf(text)}`);
    return result;
  }

  async function send(
    connection: Connection,
    text: string,
    values: readonly unknown[],
    wait: Wait,
  ): Promise<pg.QueryResult> {
    connection.client ??= await server.take();
    const { client } = connection;
    connection.isBusy = true;
    try {
      // Prepared once per connection: a statement that PostgreSQL needn't plan again takes half the time.
      const query = { name: nameOf(text), text, values: [...values] };
      // What ends a transaction waits for nobody.
      if (/^(commit|rollback)\b/.test(text)) return await client.query(query);
      return await locks.run(client, connection.isInTransaction, () => client.query(query), wait);
    } finally {
      connection.isBusy = false;
    }
  }

  /** The link is cut: PostgreSQL rolls back what wasn't committed, and the caller learns that much and no more. */
  async function lose(connection: Connection, where: string): Promise<never> {
    world.say(`${owner.name} loses its connection ${where}`);
    connection.isBroken = true;
    await putBack(connection);
    throw Object.assign(new Error("Connection terminated unexpectedly"), { code: "ECONNRESET" });
  }

  async function putBack(connection: Connection): Promise<void> {
    const { client } = connection;
    connection.client = null;
    if (client === null) return;
    locks.forget(client);
    if (connection.isBusy) return server.kill(client);
    if (connection.isInTransaction) await client.query("rollback");
    connection.isInTransaction = false;
    server.give(client);
  }

  const pool = {
    connect,
    end: async () => {},
    options: {},
    query: async (asked: string | { text: string; values?: unknown[] }, values?: unknown[]) => {
      const client = await connect();
      try {
        const { text, values: given = values } = typeof asked === "string" ? { text: asked } : asked;
        return await client.query(text, given);
      } finally {
        client.release();
      }
    },
  };
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: pool as never }) });
  const asPool = pool as unknown as pg.Pool;
  return {
    store: { url: server.url, db, pool: asPool, doorPool: asPool, close: async () => {} },
    inUse: () => open.size,
    crash: async () => {
      for (const connection of [...open, ...free]) if (!connection.isBroken) await putBack(connection);
      open.clear();
      free.length = 0;
    },
    close: async () => {
      for (const connection of free) await putBack(connection);
      free.length = 0;
    },
  };
}

/** Nobody is there any more to read it. */
const gone = { rows: [], rowCount: 0, fields: [], command: "", oid: 0 } satisfies pg.QueryResult;

const names = new Map<string, string>();

function nameOf(text: string): string {
  const name = names.get(text) ?? `s${names.size}`;
  names.set(text, name);
  return name;
}

/** Short, and the same in every run. */
function labelOf(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 70);
}

/** Remembers what a new database holds, so that it can be made new again between two seeds. */
export async function rememberNew(server: Server): Promise<(isThorough: boolean) => Promise<void>> {
  const { rows } = await server.query(
    `select t.table_name as name,
            case when c.column_name is not null then pg_get_serial_sequence(t.table_name, 'id') end as sequence
       from information_schema.tables as t
       left join information_schema.columns as c
         on c.table_schema = t.table_schema and c.table_name = t.table_name and c.column_name = 'id'
      where t.table_schema = 'public' and t.table_type = 'BASE TABLE' and t.table_name not like 'migration%'
      order by t.table_name`,
  );
  const tables: { name: string; sequence: string | null }[] = rows;
  const copies = tables.map(({ name }) => `create table simulation.${name} as table public.${name}`);
  await server.query(["create schema simulation", ...copies].join("; "));
  const truncate = [`truncate ${tables.map(({ name }) => name).join(", ")} restart identity cascade`];
  const empty = tables.flatMap(({ name, sequence }) => [
    `delete from public.${name}`,
    ...(sequence === null ? [] : [`alter sequence ${sequence} restart`]),
  ]);
  const fill = tables.map(
    ({ name }) => `insert into public.${name} overriding system value select * from simulation.${name}`,
  );
  // Triggers and foreign keys are for those who use the database, not for those who wipe it.
  const wipe = (how: string[]) =>
    ["begin; set local session_replication_role = replica", ...how, ...fill, "commit"].join("; ");
  return async (isThorough) => void (await server.query(wipe(isThorough ? truncate : empty)));
}
