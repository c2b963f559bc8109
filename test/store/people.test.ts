import { afterAll, beforeAll, expect, test } from "vitest";
import type { SlackUser } from "../../src/model.ts";
import { inTransaction, openStore, type Store } from "../../src/store/database.ts";
import { type Alias, personOf, readPerson, readPersons, slackSaid } from "../../src/store/people.ts";
import { freshDatabase } from "../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
const now = new Date("2026-11-24T09:00:00Z");

beforeAll(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

test("the same identity is the same person, also when twenty events bring it at once", async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => person(vault("U1"), email("one@example.com"))));
  expect(new Set(ids).size).toBe(1);
});

test("two persons turn out to be one when an event names both, and each old id leads to the elder", async () => {
  const byVault = await person(vault("U2"));
  const byEmail = await person(email("two@example.com"));
  expect(byEmail).not.toBe(byVault);
  expect(await person(vault("U2"), email("two@example.com"))).toBe(byVault);
  expect((await readPersons(store.db, [byEmail])).get(byEmail)?.ids).toEqual([byVault, byEmail]);
  const joined = await readPerson(store.db, byEmail);
  expect(joined).toMatchObject({ id: byVault, vaultIdentities: ["U2"], emails: ["two@example.com"] });
});

test("that persons turned out to be one, and that one is known by more, is on the record, each once", async () => {
  const entries = async () => {
    const rows = await store.db.selectFrom("record").select(["kind", "payload"]).orderBy("seq").execute();
    return rows.map(({ kind, payload }) => [kind, JSON.parse(String(payload))]);
  };
  const byVault = await person(vault("U5"));
  const byEmail = await person(email("five@example.com"));
  const before = (await entries()).length;
  await person(vault("U5"), email("five@example.com"));
  await person(vault("U5"), email("five@example.com"));
  await person(vault("U5"), vault("U5b"));
  expect((await entries()).slice(before)).toMatchObject([
    ["persons joined", { person: byVault, joined: [byEmail] }],
    ["person known by more", { person: byVault, aliases: [vault("U5"), vault("U5b")] }],
  ]);
});

test("a chain of joins ends at one elder", async () => {
  const a = await person(vault("U3a"));
  const b = await person(vault("U3b"));
  const c = await person(vault("U3c"));
  await person(vault("U3b"), vault("U3c"));
  await person(vault("U3a"), vault("U3c"));
  for (const id of [a, b, c]) expect((await readPersons(store.db, [id])).get(id)?.ids).toEqual([a, b, c]);
});

test("one Slack user with the address is matched; two are ambiguous, and a bot doesn't count", async () => {
  const id = await person(email("dana@example.com"));
  expect((await readPerson(store.db, id)).slack).toEqual({ kind: "unmatched" });
  await heard({ id: "U02DANA", email: "dana@example.com" }, { id: "U02BOT", email: "dana@example.com", isBot: true });
  expect((await readPerson(store.db, id)).slack).toMatchObject({ kind: "matched", user: { id: "U02DANA" } });
  await heard({ id: "U02TWIN", email: "Dana@Example.com" });
  expect((await readPerson(store.db, id)).slack).toMatchObject({
    kind: "ambiguous",
    users: [{ id: "U02DANA" }, { id: "U02TWIN" }],
  });
});

test("who somebody was before more was learnt of them is told where it was otherwise, and only there", async () => {
  const id = await person(vault("U9"));
  await inTransaction(store.db, (tx) =>
    personOf(tx, [vault("U9"), { kind: "slack", value: "U02DANA" }], new Date(now.getTime() + 60_000)),
  );
  const then = await readPerson(store.db, id, now);
  expect(then).toMatchObject({ slack: { kind: "matched", user: { id: "U02DANA" } }, slackThen: { kind: "unmatched" } });
  expect(await readPerson(store.db, id, new Date(now.getTime() + 60_000))).not.toHaveProperty("slackThen");
  expect(await readPerson(store.db, id)).not.toHaveProperty("slackThen");
});

test("a Slack id from the configuration settles what the address leaves open", async () => {
  const id = await person(email("dana@example.com"), { kind: "slack", value: "U02TWIN" });
  expect((await readPerson(store.db, id)).slack).toMatchObject({ kind: "matched", user: { id: "U02TWIN" } });
});

function person(...aliases: Alias[]): Promise<string> {
  return inTransaction(store.db, (tx) => personOf(tx, aliases, now));
}

function vault(identity: string): Alias {
  return { kind: "vault", value: `webhook:${identity}` };
}

function email(value: string): Alias {
  return { kind: "email", value };
}

async function heard(...users: (Partial<SlackUser> & { id: string; email: string })[]): Promise<void> {
  const known = users.map((user) => ({
    teamId: "T1",
    name: user.id,
    timezone: null,
    isBot: false,
    isDeactivated: false,
    isGuest: false,
    isStranger: false,
    ...user,
    emailFolded: user.email.toLowerCase(),
  }));
  await slackSaid(store.db, known, now);
}
