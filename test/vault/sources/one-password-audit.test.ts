import { expect, test } from "vitest";
import { onePassword } from "../../../src/vault/sources/one-password.ts";
import { audit } from "../../support/one-password.ts";

const source = onePassword({ name: "1password", origin: "https://x", token: "t", vaultIds: new Set(["v_cards"]) });
const now = new Date("2026-11-24T09:00:00Z");

function read(feed: string, ...items: unknown[]) {
  const page = source.feeds
    .find(({ name }) => name === feed)
    ?.read(JSON.stringify({ cursor: "c", has_more: false, items }), { position: null, from: now, now });
  if (!page) throw new Error("no page");
  return page;
}

test("who was given access to a watched vault is a notice; to another vault it is nothing", () => {
  const lena = { uuid: "U9", name: "Lena Vogt", email: "lena@example.com" };
  const page = read(
    "auditevents",
    audit("A1", { object_type: "uva", action: "grant", object_uuid: "v_cards", aux_uuid: "U9", aux_details: lena }),
    audit("A2", { object_type: "uva", action: "grant", object_uuid: "v_private", aux_uuid: "U9" }),
    audit("A3", { object_type: "gva", action: "revoke", object_uuid: "v_cards", aux_uuid: "G1" }),
  );
  expect(page.notices).toEqual([
    {
      eventId: "audit:A1",
      kind: "granted",
      occurredAt: new Date("2026-11-24T08:30:00Z"),
      actor: { vaultIdentity: "U2MARTA", email: "marta@example.com", name: "Marta Vidal" },
      subject: { kind: "person", identity: "U9", email: "lena@example.com", name: "Lena Vogt" },
      vaultId: "v_cards",
    },
    expect.objectContaining({
      kind: "revoked",
      subject: { kind: "group", identity: "G1", email: null, name: null },
    }),
  ]);
  expect(page.strange).toEqual([]);
});

test.each([
  ["suspend", "suspended"],
  ["reactive", "reactivated"],
  ["delete", "deleted"],
  ["upguest", "guest-changed"],
])("a user's %s", (action, kind) => {
  const page = read("auditevents", audit("A1", { object_type: "user", action, object_uuid: "U7DANA" }));
  expect(page.notices).toEqual([expect.objectContaining({ kind, vaultId: null })]);
});

test("the export of a watched vault is an access to everything in it", () => {
  const page = read("auditevents", audit("A1", { object_type: "vault", action: "export", object_uuid: "v_cards" }));
  expect(page.accesses).toEqual([
    expect.objectContaining({
      eventId: "audit:A1",
      action: "export",
      vault: { id: "v_cards", name: null },
      item: { id: "v_cards", title: "Everything in the vault", version: null, category: null },
      ip: "203.0.113.9",
    }),
  ]);
});

test("an edit proves a rotation, whichever of its two ids is the vault's", () => {
  const page = read(
    "auditevents",
    audit("A1", { object_type: "item", action: "update", object_uuid: "i_visa", aux_uuid: "v_cards" }),
    audit("A2", { object_type: "items", action: "patch", object_uuid: "v_cards", aux_uuid: "i_amex" }),
    audit("A3", { object_type: "item", action: "update", object_uuid: "i_other", aux_uuid: "v_other" }),
    audit("A4", { object_type: "item", action: "update", object_uuid: "v_cards" }),
  );
  expect(page.accesses.map(({ action, vault, item }) => [action, vault.id, item.id])).toEqual([
    ["update", "v_cards", "i_visa"],
    ["update", "v_cards", "i_amex"],
  ]);
});

test("what concerns nobody here is let go, however odd it is", () => {
  const page = read("auditevents", audit("A1", { object_type: "card", action: "update" }), {}, { object_type: 7 });
  expect(page).toMatchObject({ accesses: [], notices: [], strange: [] });
});

test("of sign-ins the apps are kept, of those who came in", () => {
  const client = { app_name: "1Password for Mac", app_version: "70904004", ip_address: "203.0.113.9" };
  const user = { uuid: "U7DANA", name: "Dana Ruiz", email: "dana@example.com" };
  const signIn = (category: string) => ({ timestamp: "2026-11-24T08:30:00Z", category, target_user: user, client });
  const page = read("signinattempts", signIn("success"), signIn("credentials_failed"), {
    timestamp: "2026-11-24T08:30:00Z",
  });
  expect(page.apps).toEqual([
    {
      identity: "U7DANA",
      email: "dana@example.com",
      name: "Dana Ruiz",
      app: "1Password for Mac",
      version: "70904004",
      at: new Date("2026-11-24T08:30:00Z"),
    },
  ]);
  expect(page.accesses).toEqual([]);
});
