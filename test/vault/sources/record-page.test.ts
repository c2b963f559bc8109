import { afterAll, beforeAll, expect, test } from "vitest";
import type { ReportedAccess } from "../../../src/model.ts";
import { openStore, type Store } from "../../../src/store/database.ts";
import { importNames } from "../../../src/store/sources.ts";
import { bitwarden } from "../../../src/vault/sources/bitwarden.ts";
import { onePassword } from "../../../src/vault/sources/one-password.ts";
import { recordPage } from "../../../src/vault/sources/record-page.ts";
import type { Feed } from "../../../src/vault/sources/source.ts";
import { freshDatabase } from "../../support/database.ts";

let database: Awaited<ReturnType<typeof freshDatabase>>;
let store: Store;
beforeAll(async () => {
  database = await freshDatabase();
  store = openStore(database.url, () => {});
});
afterAll(async () => {
  await store.close();
  await database.drop();
});

const at = new Date("2026-11-24T09:00:00Z");
const bitwardens = bitwarden({ name: "bw", server: "https://bw.example", client: "organization.org:secret" });
const source = onePassword({ name: "op", origin: "https://events.1password.eu", token: "t", vaultIds: new Set() });
const access: ReportedAccess = {
  eventId: "E1",
  action: "reveal",
  occurredAt: at,
  actor: { vaultIdentity: "U7", email: null, name: null },
  vault: { id: "v_cards", name: null },
  item: { id: "i_visa", title: null, version: null, category: null },
  client: { app: null, version: null, platform: null, device: null },
  ip: null,
  location: { country: null, city: null },
};

test("a page holds nobody up until it commits: the record's head is free meanwhile, and what is sealed follows the chain", async () => {
  const other = await store.pool.connect();
  await store.db.transaction().execute(async (tx) => {
    const page = { position: "c", hasMore: false, accesses: [access], notices: [], apps: [], strange: [] };
    const read = { page, text: "{}", answeredAt: at, at, historyBefore: new Date(at.getTime() + 1) };
    expect(await recordPage(tx, source, source.feeds[0] as Feed, read)).toMatchObject({
      recorded: [{ eventId: "E1" }],
    });
    await expect(other.query("select seq from record_head for update nowait")).resolves.toMatchObject({ rowCount: 1 });
  });
  other.release();
  const { rows } = await store.pool.query(
    "select kind, convert_from(payload, 'UTF8')::jsonb ->> 'accepted' as accepted from record",
  );
  expect(rows).toEqual([{ kind: "delivery recorded", accepted: "1" }]);
  expect((await store.pool.query("select is_history from unjudged")).rows).toEqual([{ is_history: true }]);
});

test("an export of everything is one of each collection that the list of names tells of and the service reported of", async () => {
  const told = (eventId: string, action: string, itemId: string): ReportedAccess => ({
    ...access,
    eventId,
    action,
    vault: { id: "org", name: null },
    item: {
      id: itemId,
      title: itemId === "org" ? "Everything in the organisation" : null,
      version: null,
      category: null,
    },
  });
  const names = [
    { id: "b1", title: "Bank", vaultId: "c_bank" },
    { id: "s1", title: "Safe", vaultId: "c_safe" },
    { id: "n1", title: "Never reported of", vaultId: "c_other" },
  ];
  const record = async (...accesses: ReportedAccess[]) =>
    store.db.transaction().execute(async (tx) => {
      const page = { position: "c", hasMore: false, accesses, notices: [], apps: [], strange: [], unsureOfVault: true };
      const text = JSON.stringify(accesses.map(({ eventId }) => eventId));
      const read = { page, text, answeredAt: at, at, historyBefore: null };
      const { recorded } = await recordPage(tx, bitwardens, bitwardens.feeds[0] as Feed, read);
      return recorded.map(({ vault, item }) => [vault.id, item.id]);
    });
  await store.db.transaction().execute((tx) => importNames(tx, names, at));
  expect(await record(told("1", "view", "b1"), told("2", "view", "s1"))).toEqual([
    ["c_bank", "b1"],
    ["c_safe", "s1"],
  ]);
  const everything = [
    ["org", "org"],
    ["c_bank", "c_bank"],
    ["c_safe", "c_safe"],
  ];
  expect(await record(told("3", "export", "org"))).toEqual(everything);
  // Read again, it is known; another one isn't the same.
  expect(await record(told("3", "export", "org"))).toEqual([]);
  expect(await record(told("4", "export", "org"))).toEqual(everything);
});
