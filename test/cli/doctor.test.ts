import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lookAtServer } from "../../src/cli/doctor/look-at-database.ts";
import { lookAtRoom } from "../../src/cli/doctor/look-at-machine.ts";
import { lookAtService } from "../../src/cli/doctor/look-at-service.ts";
import { checkLine } from "../../src/cli/doctor/say.ts";
import { doctor } from "../../src/cli/doctor.ts";
import { parseConfig } from "../../src/config.ts";
import type { Fault } from "../../src/sandbox/types.ts";
import { createStandIn, type StandIn } from "../../src/stand-in.ts";
import type { ServerFacts } from "../../src/store/doctor.ts";
import { migrateAt } from "../../src/store/migrate.ts";
import { startFsyncServer } from "../processes/fsync-server.ts";
import { freePort } from "../processes/service.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { defaultYaml } from "../support/story.ts";

let standIn: StandIn;
let database: FreshDatabase;
let admin: pg.Client;
let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const reading = parseConfig(defaultYaml, "story.yaml");
  if (!reading.ok) throw new Error("the stand-in's configuration is wrong");
  standIn = createStandIn(reading.config, { dataFolder: null, webhookSecret: null, pace: false });
  const { apiUrl } = await standIn.sandbox.listen();
  database = await freshDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  folder = mkdtempSync(join(tmpdir(), "vaultbell-doctor-"));
  writeFileSync(join(folder, "vaultbell.yaml"), defaultYaml);
  env = {
    DATABASE_URL: database.url,
    SLACK_API_URL: apiUrl,
    SLACK_BOT_TOKEN: standIn.tokens.bot,
    SLACK_APP_TOKEN: standIn.tokens.app,
    WEBHOOK_SECRETS: standIn.webhookSecret,
    VAULTBELL_CONFIG: join(folder, "vaultbell.yaml"),
    VAULTBELL_ENV_FILE: "none",
    PORT: String(await freePort()),
  };
});
afterAll(async () => {
  await admin.end();
  await standIn.sandbox.close();
  await database.drop();
  rmSync(folder, { recursive: true });
});

test("where all is well, every line says so", { timeout: 60_000 }, async () => {
  // The server of the tests is quick because it may forget, which is no good database.
  const server = await startFsyncServer();
  const database = await server.emptyDatabase();
  await migrateAt(database.url);
  const { code, said } = await run({ DATABASE_URL: database.url }).finally(server.stop);
  expect(said).not.toMatch(/^[✗!]/m);
  expect(said).toContain("✓ schema: is the newest");
  expect(said).toContain("✓ record: its guards are in place");
  expect(said).toContain("✓ work: nothing waits that shouldn't");
  expect(said).toContain("✓ app token: Slack opens a connection for it");
  expect(code).toBe(0);
  const quick = await run();
  expect(quick.said).toMatch(/^✗ durability: .*: fsync is off, synchronous_commit is off/m);
  expect(quick.said).toMatch(/^! durability: full_page_writes is off/m);
});

test("what managers set in Slack is part of what holds", async () => {
  await admin.query("insert into setting (vault_id, key, value, at) values ('v_cards', 'night', 'channel', now())");
  const { said } = await run();
  expect(said).toMatch(/^✓ configuration: .* is right; one setting made in Slack besides$/m);
  await admin.query("insert into setting (vault_id, key, value, at) values ('v_cards', 'night', null, now())");
});

/** What makes it so, what is said then, and by which row of docs/doctor.md it is explained. */
interface Case {
  row: string;
  says: RegExp;
  /** Statements before and after. */
  sql?: [string, string];
  fault?: Fault;
  env?: () => NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv>;
  /** Where it can't be brought about here: what the pure part says of the facts. */
  said?: () => string | Promise<string>;
}

const cases: Case[] = [
  { row: "environment", says: /^✗ environment {2}SLACK_BOT_TOKEN is not set/, env: () => ({ SLACK_BOT_TOKEN: "" }) },
  {
    row: "vaultbell.yaml:LINE:COLUMN",
    says: /^✗ .*broken\.yaml:1:\d+ {2}timezone/m,
    env: () => ({ VAULTBELL_CONFIG: file("broken.yaml", "timezone: Nowhere\n") }),
  },
  {
    row: "database: doesn't answer",
    says: /^✗ database: doesn't answer: .*ECONNREFUSED.* Check DATABASE_URL/m,
    env: async () => ({ DATABASE_URL: `postgres://vaultbell@127.0.0.1:${await freePort()}/vaultbell` }),
  },
  { row: "database: too old", says: /^✗ database: PostgreSQL 15 is too old/, said: () => server({ major: 15 }) },
  {
    row: "database: it can only be read",
    says: /^✗ database: it can only be read/m,
    sql: [
      `do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$`,
      `set default_transaction_read_only = off;
       do $$ begin execute format('alter database %I reset default_transaction_read_only', current_database()); end $$`,
    ],
  },
  {
    row: "connections",
    says: /^! connections: 90 of 100 are taken/m,
    said: () => server({ connections: 90, connectionsAtMost: 100 }),
  },
  {
    row: "durability",
    says: /^✗ durability: PostgreSQL may lose what it has committed: fsync is off, synchronous_commit is off/m,
    said: () => server({ unsafe: ["fsync", "synchronous_commit"] }),
  },
  {
    row: "durability: full_page_writes",
    says: /^! durability: full_page_writes is off: .*, except where the file system writes pages whole, as ZFS does/m,
    said: () => server({ hasFullPageWrites: false }),
  },
  {
    row: "transactions",
    says: /^! transactions: one of psql \(pid 7\) has been open for 3 h/m,
    said: () => server({ longest: { who: "psql", pid: 7, seconds: 3 * 3_600 } }),
  },
  { row: "schema: isn't there yet", says: /^! schema: isn't there yet/m, said: () => server({ applied: null }) },
  {
    row: "schema: lacks",
    says: /^! schema: lacks 0020_tests/m,
    sql: [
      "delete from migration where name = '0020_tests'",
      "insert into migration values ('0020_tests', now()::text)",
    ],
  },
  {
    row: "schema: a newer Vaultbell",
    says: /^✗ schema: a newer Vaultbell has been here \(9999_later\)/m,
    sql: [
      "insert into migration values ('9999_later', now()::text)",
      "delete from migration where name = '9999_later'",
    ],
  },
  {
    row: "rights",
    says: /^✗ rights: the user of DATABASE_URL may not insert access/m,
    said: () => server({ lacks: ["insert access"] }),
  },
  {
    row: "clock",
    says: /^✗ clock: this machine and the database are 60 s apart/m,
    said: () => server({ now: new Date("2026-11-24T09:01:00Z") }),
  },
  {
    row: "record: what keeps it from being changed",
    says: /^✗ record: what keeps it from being changed is missing or switched off: record_is_kept/m,
    sql: ["alter table record disable trigger record_is_kept", "alter table record enable trigger record_is_kept"],
  },
  {
    row: "disk",
    says: /^✗ disk: 100 MiB are free.*\n! disk: 1000 MiB are free/,
    said: () => [...lookAtRoom(100 * 2 ** 20), ...lookAtRoom(1000 * 2 ** 20)].map(checkLine).join("\n"),
  },
  {
    row: "secrets",
    says: /^! secrets: .*\.env can be read by other users of this machine\. chmod 600/m,
    env: () => ({ VAULTBELL_ENV_FILE: file("open.env", "", 0o644) }),
  },
  {
    row: "bot token",
    says: /^✗ bot token: Slack answers “token_revoked”: the bot token was revoked; install the app again/m,
    fault: { method: "auth.test", kind: "refuse", error: "token_revoked" },
  },
  {
    row: "bot token: Slack can't be reached",
    says: /^\? bot token: Slack can't be reached.*Vaultbell keeps trying/m,
    env: async () => ({ SLACK_API_URL: `http://127.0.0.1:${await freePort()}/api/` }),
  },
  {
    row: "scopes",
    says: /^✗ scopes: missing: .*users:read/m,
    fault: answers("auth.test", { team: "Acme", user: "vaultbell" }, { "x-oauth-scopes": "chat:write,commands" }),
  },
  {
    row: "Home tab: Slack says that the app has none",
    says: /^! Home tab: Slack says that the app has none/m,
    sql: [
      "insert into home (slack_user_id, opened_at, drawn_at, trouble) values ('U1', now(), now(), 'not_enabled')",
      "delete from home",
    ],
  },
  {
    row: "Home tab: Slack doesn't take",
    says: /^! Home tab: Slack doesn't take somebody's page: invalid_blocks/m,
    sql: [
      "insert into home (slack_user_id, opened_at, drawn_at, trouble) values ('U1', now(), now(), 'invalid_blocks')",
      "delete from home",
    ],
  },
  {
    row: "Home tab: nobody opened it",
    says: /^\? Home tab: nobody opened it yet\. Slack doesn't tell a bot .*compare the app with manifest\.json/m,
  },
  {
    row: "commands",
    says: /^\? commands: \/intent and \/vault never arrived yet\. Slack doesn't tell a bot/m,
  },
  {
    row: "app token",
    says: /^✗ app token: Slack answers “missing_scope”: the app token needs the scope connections:write/m,
    fault: { method: "apps.connections.open", kind: "refuse", error: "missing_scope" },
  },
  {
    row: "channel: there is no such channel",
    says: /^✗ channel C0CARDS .*there is no such channel, or it is private/m,
    fault: { method: "conversations.info", kind: "refuse", error: "channel_not_found" },
  },
  {
    row: "channel: is archived",
    says: /^✗ channel C0CARDS .*#cards is archived\. Unarchive it/m,
    fault: answers("conversations.info", { channel: { name: "cards", is_archived: true } }),
  },
  {
    row: "channel: is not in it",
    says: /^✗ channel C0CARDS .*is not in #cards\. In the channel, type: \/invite @/m,
    fault: answers("conversations.info", { channel: { name: "cards", is_member: false } }),
  },
  {
    row: "manager: Slack knows no active user",
    says: /^✗ manager marta@example\.com: Slack knows no active user by this/m,
    fault: { method: "users.lookupByEmail", kind: "refuse", error: "users_not_found" },
  },
  {
    row: "managers: there is one manager only",
    says: /^! managers of Company cards: there is one manager only/m,
    env: () => ({ VAULTBELL_CONFIG: file("one.yaml", defaultYaml.replace(", juan@example.com", "")) }),
  },
  {
    row: "managers: what is critical takes two",
    says: /^! managers of Company cards: what is critical takes two, so nobody can say Expected of what one/m,
    env: () => ({
      VAULTBELL_CONFIG: file("two.yaml", defaultYaml.replace("    hint:", "    critical: two\n    hint:")),
    }),
  },
  {
    row: "mail: SMTP_URL isn't",
    says: /^! mail: fallback\.email is set and SMTP_URL isn't/m,
    env: () => ({ VAULTBELL_CONFIG: file("mail.yaml", withMail) }),
  },
  {
    row: "mail: the mail server doesn't take us",
    says: /^✗ mail: the mail server doesn't take us/m,
    env: async () => ({
      VAULTBELL_CONFIG: file("mail.yaml", withMail),
      SMTP_URL: `smtp://127.0.0.1:${await freePort()}`,
    }),
  },
  {
    row: "judging",
    says: /^✗ judging: 1 accesses aren't judged yet, the oldest for 5 h\. Start Vaultbell/m,
    sql: [
      `insert into delivery (source, body, body_sha256, secret_id, signed_at, received_at, digest)
         values ('webhook', '', sha256(''), 's', now(), now(), sha256('d'));
       insert into access (digest, delivery_id, source, event_id, action, occurred_at, received_at, actor_email, vault_id, item_id)
         select sha256('x'), max(id), 'webhook', 'evt_1', 'reveal', now() - interval '5 h', now() - interval '5 h',
                'dana@example.com', 'v_cards', 'i_visa' from delivery;
       insert into unjudged select max(id) from access`,
      "delete from unjudged",
    ],
  },
  {
    row: "messages",
    says: /^✗ messages for C0CARDS: 1 messages wait, the oldest for 5 h; Slack says is_archived\. Mend the channel/m,
    sql: [
      `insert into message (kind, subject, channel, urgency, behind_since, due_at, trouble)
         values ('alert', 'al_1', 'C0CARDS', 1, now() - interval '5 h', now(), 'is_archived')`,
      "delete from message",
    ],
  },
  {
    row: "outage",
    says: /^✗ outage: alerts have been shown nowhere for 10 min/m,
    sql: ["insert into outage (began_at) values (now() - interval '10 min')", "delete from outage"],
  },
  {
    row: "source",
    says: /^! source webhook: has said nothing for 3 days, which is not its rhythm/m,
    sql: [
      `insert into silence (source, since, usual_ms, usual_on, told_at)
         values ('webhook', now() - interval '3 d', 3600000, 'weekdays', now())`,
      `insert into silence_over (silence_id, spoke_at, at) select id, now(), now() from silence`,
    ],
  },
  {
    row: "source",
    says: /^! source hashicorp: what it wrote from 2026-11-24T08:00:00Z to .*Z was gone before it was read\. Look into its older logs/m,
    sql: [
      `insert into source_gap (source, feed, since, until, found_at)
         values ('hashicorp', 'audit', '2026-11-24T08:00:00Z', null, now())`,
      "alter table source_gap disable trigger user; delete from source_gap; alter table source_gap enable trigger user",
    ],
  },
  {
    row: "retention",
    says: /^! retention: bodies are kept 70 days longer than they should\. Start Vaultbell/m,
    env: () => ({ VAULTBELL_CONFIG: file("retention.yaml", `${defaultYaml}retention: { bodies: 30d }\n`) }),
    sql: [
      `with late as (
         insert into delivery (source, body, body_sha256, secret_id, signed_at, received_at, digest)
         values ('webhook', 'x', sha256('x'), 's', now(), now() - interval '100 d', sha256('q')) returning id)
       insert into erasure (what, at, before, up_to, erased, in_order) select 'bodies', now(), now(), id - 1, 0, true from late`,
      `alter table delivery disable trigger user; alter table erasure disable trigger user;
       delete from delivery where digest = sha256('q'); delete from erasure;
       alter table delivery enable trigger user; alter table erasure enable trigger user`,
    ],
  },
  {
    row: "source: accesses had been missed",
    says: /^! source 1password: compared with its own list up to [-\d]+T[:\d]+Z: 5 accesses had been missed in the last week/m,
    env: withSource,
    sql: comparedUpTo({
      itemusages: [
        ["1 hour", '{"v_cards":3,"v_other":2}'],
        ["8 days", '{"v_cards":7}'],
      ],
      auditevents: [["2 hours", "{}"]],
    }),
  },
  {
    row: "source: one of its own lists",
    says: /^! source 1password: one of its own lists was last compared up to .*: 3 accesses had been missed.*own list not read/m,
    env: withSource,
    sql: comparedUpTo({ itemusages: [["20 days", "{}"]], auditevents: [["1 hour", '{"v_cards":3}']] }),
  },
  {
    row: "quarantine",
    says: /^! quarantine: 1 authentic deliveries could not be understood/m,
    sql: [
      `insert into delivery (source, body, body_sha256, secret_id, signed_at, received_at, digest, problem)
         values ('webhook', 'x', sha256('x'), 's', now(), now(), sha256('q'), '{}')`,
      "alter table delivery disable trigger user; delete from delivery where problem is not null; alter table delivery enable trigger user",
    ],
  },
  { row: "service: nobody answers", says: /^\? service on port \d+: nobody answers/m },
  {
    row: "service: doesn't answer in time",
    says: /^✗ service on port \d+: takes the question and doesn't answer/,
    said: () => service(() => {}),
  },
  {
    row: "service: another program",
    says: /^✗ service on port \d+: another program answers there/,
    said: () => service((_, response) => void response.end("<html>")),
  },
  {
    row: "service: isn't ready",
    says: /^✗ service on port \d+: Slack isn't connected yet\. .*\n! service on port \d+: 3 accesses wait/,
    said: () =>
      service((_, response) => {
        const state = { ready: false, problems: ["Slack isn't connected yet."], remarks: ["3 accesses wait."] };
        response.writeHead(503).end(JSON.stringify(state));
      }),
  },
];

test("of a source's lists the one that is furthest behind counts; one that was never compared is furthest", async () => {
  const says = async (lists: Parameters<typeof comparedUpTo>[0], begunAgo = "9 days") => {
    const [before, after] = comparedUpTo(lists, begunAgo);
    await admin.query(before);
    try {
      return (await run(withSource())).said.match(
        /^.*source 1password: (one of its own|compared|is compared).*$/m,
      )?.[0];
    } finally {
      await admin.query(after);
    }
  };
  expect(await says({ itemusages: [["1 hour", "{}"]], auditevents: [] })).toMatch(/^! .* was never compared/);
  expect(await says({ itemusages: [["1 hour", "{}"]], auditevents: [["47 hours", "{}"]] })).toMatch(
    /^✓ .*: nothing was missing/,
  );
  // On its first day nothing can have been compared; and what isn't read isn't waited for.
  expect(await says({ itemusages: [] }, "1 day")).toMatch(/^✓ .* is compared with its own list from the next day on/);
  expect(await says({ itemusages: [["1 hour", "{}"]], "not allowed": [] })).toMatch(/^✓ .*: nothing was missing/);
  const [before, after] = comparedUpTo({ itemusages: [] });
  await admin.query(before);
  expect((await run()).said).not.toContain("1password");
  await admin.query(after);
});

test.each(cases)("$row: it is found, and how to mend it is said", async ({ says, sql, fault, env: more, said }) => {
  if (sql) await admin.query(sql[0]);
  if (fault) standIn.sandbox.faults.add(fault);
  try {
    expect(said ? await said() : (await run(await more?.())).said).toMatch(says);
  } finally {
    standIn.sandbox.faults.clear();
    if (sql) await admin.query(sql[1]);
  }
});

test("docs/doctor.md explains every finding, and no other", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/doctor.md"), "utf8");
  const rows = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, row]) => row);
  expect(rows.toSorted()).toEqual(cases.map(({ row }) => row).toSorted());
});

const withMail = `${defaultYaml}fallback: { email: [lead@example.com] }\n`;

async function run(more: NodeJS.ProcessEnv = {}): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const code = await doctor(
    { ...env, ...more },
    { log: (line) => lines.push(line), error: (line) => lines.push(line) },
  );
  return { code, said: lines.join("\n") };
}

function withSource(): NodeJS.ProcessEnv {
  const yaml = `${defaultYaml}sources: [{ kind: 1password, server: "http://127.0.0.1:9" }]\n`;
  return { VAULTBELL_CONFIG: file("source.yaml", yaml), ONEPASSWORD_EVENTS_TOKEN: "eyJ-no-token" };
}

/** Each list's comparisons: how long ago they ended, and what they found. */
function comparedUpTo(lists: Record<string, [ago: string, missed: string][]>, begunAgo = "9 days"): [string, string] {
  const feeds = Object.keys(lists);
  const made = Object.entries(lists).flatMap(([feed, ends]) =>
    ends.map(([ago, missed]) => {
      const at = `now() - interval '${ago}'`;
      return `insert into source_comparison (source, feed, from_at, until_at, listed, missed, at)
        values ('1password', '${feed}', ${at} - interval '2 days', ${at}, 9, '${missed}', ${at})`;
    }),
  );
  const begun = `insert into source (name, begun_at) values ('1password', now() - interval '${begunAgo}')`;
  const rows = feeds.flatMap((feed) => [
    `insert into source_feed (source, feed, due_at, caught_up_at, is_allowed)
       values ('1password', '${feed}', now(), now() - interval '${begunAgo}', ${feed !== "not allowed"})`,
    `insert into comparison_due (source, feed, from_at, until_at, due_at) values ('1password', '${feed}', now(), now(), now())`,
  ]);
  return [
    [begun, ...rows, ...made].join(";\n"),
    `alter table source_comparison disable trigger user; delete from source_comparison; delete from comparison_due;
     alter table source_comparison enable trigger user; delete from source_feed; delete from source`,
  ];
}

const noon = new Date("2026-11-24T09:00:00Z");

function server(changes: Partial<ServerFacts>): string {
  const facts = {
    major: 18,
    now: noon,
    isReadOnly: false,
    connections: 1,
    connectionsAtMost: 100,
    applied: [],
    lacks: [],
    unsafe: [],
    hasFullPageWrites: true,
    longest: null,
  };
  return lookAtServer({ ...facts, ...changes }, [], noon)
    .map(checkLine)
    .join("\n");
}

async function service(listener: RequestListener): Promise<string> {
  const other = createServer(listener);
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  try {
    return (await lookAtService((other.address() as AddressInfo).port, 200)).map(checkLine).join("\n");
  } finally {
    other.closeAllConnections();
    other.close();
  }
}

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function answers(method: string, body: object, headers: Record<string, string> = {}): Fault {
  const json = { "content-type": "application/json", ...headers };
  return { method, kind: "status", status: 200, body: JSON.stringify({ ok: true, ...body }), headers: json };
}
