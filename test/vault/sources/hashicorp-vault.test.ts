import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hashicorpFile, hashicorpRelay } from "../../../src/vault/sources/hashicorp-vault.ts";

const vaultIds = new Set(["secret/cards", "secret"]);
const relay = hashicorpRelay({ name: "hashicorp", token: "a-token-of-thirty-two-characters" }, vaultIds);
const canary = "canary-4111-1111-1111-1111";

function line(id: string, other: Record<string, unknown> = {}, request: Record<string, unknown> = {}): string {
  return JSON.stringify({
    time: "2026-11-24T09:00:00.292517Z",
    type: "response",
    auth: {
      client_token: "hmac-sha256:8980",
      accessor: "hmac-sha256:d848",
      display_name: "oidc-dana@example.com",
      entity_id: "E7",
      metadata: { role: "staff" },
      policies: ["default"],
    },
    request: {
      id,
      operation: "read",
      mount_type: "kv",
      path: "secret/data/cards/visa",
      remote_address: "203.0.113.9",
      client_token: "hmac-sha256:8980",
      ...request,
    },
    response: { data: { data: { number: canary }, metadata: { version: 3 } } },
    ...other,
  });
}

const read = (text: string) => relay.read(Buffer.from(text), null);
const accesses = (text: string) => {
  const { content } = read(text);
  if (content.kind !== "accesses") throw new Error(JSON.stringify(content.problem));
  return content.accesses;
};

test("the response of a read is an access; its request, its value and its HMACs are nothing", () => {
  const text = [line("R1", { type: "request" }), line("R1")].join("\n");
  expect(accesses(text)).toEqual([
    {
      eventId: "R1",
      action: "read",
      occurredAt: new Date("2026-11-24T09:00:00.292Z"),
      actor: { vaultIdentity: "E7", email: "dana@example.com", name: "oidc-dana@example.com" },
      vault: { id: "secret/cards", name: null },
      item: { id: "secret/cards/visa", title: "secret/cards/visa", version: null, category: null },
      client: { app: null, version: null, platform: null, device: null },
      ip: "203.0.113.9",
      location: { country: null, city: null },
    },
  ]);
  expect(read(text).kept.toString()).not.toMatch(/canary|hmac/);
});

test("the longest watched path is the vault; what lies elsewhere belongs to its mount", () => {
  const vaultOf = (path: string, mount = "kv") => accesses(line("R", {}, { path, mount_type: mount }))[0]?.vault.id;
  expect(vaultOf("secret/data/servers/root")).toBe("secret");
  expect(vaultOf("secret/data/cardsharks/x")).toBe("secret");
  expect(vaultOf("database/creds/readonly", "database")).toBe("database");
});

test.each([
  ["a list", {}, { operation: "list" }],
  ["a refusal", { error: "permission denied" }, {}],
  ["its own housekeeping", {}, { path: "sys/mounts" }],
  ["a login", {}, { path: "auth/oidc/callback" }],
])("%s is no access", (_, other, request) => expect(accesses(line("R", other, request))).toEqual([]));

test("an HMAC is an identity and nobody's name", () => {
  const auth = { display_name: "hmac-sha256:abc", metadata: { username: "hmac-sha256:def" } };
  expect(accesses(line("R", { auth }))[0]?.actor).toEqual({ vaultIdentity: "nobody named", email: null, name: null });
});

test("relays wrap lines: a JSON list, or a text within an object", () => {
  expect(accesses(`[${line("R1")},${line("R2")}]`).map(({ eventId }) => eventId)).toEqual(["R1", "R2"]);
  expect(accesses(JSON.stringify({ message: line("R3"), host: "vault-1" })).map(({ eventId }) => eventId)).toEqual([
    "R3",
  ]);
});

test("a line that isn't understood is told by its place, and not kept", () => {
  const { content, kept } = read(
    `${line("R1")}\n{"type":"response","time":"x","request":{"operation":"read","path":"${canary}"}}`,
  );
  expect(content).toMatchObject({ kind: "not-understood" });
  expect(JSON.stringify([content, kept.toString()])).not.toContain(canary);
  expect(read("not json").content).toMatchObject({ kind: "not-understood" });
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vaultbell-audit-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a file is read on by whole lines, over rotation and truncation, each line once", async () => {
  const file = join(folder, "audit.log");
  writeFileSync(file, `${line("old")}\n`);
  const source = hashicorpFile({ name: "hashicorp", file, vaultIds });
  const [feed] = source.feeds;
  const now = new Date("2026-11-24T09:00:00Z");
  let position: string | null = null;
  const next = async () => {
    const ids: string[] = [];
    for (let hasMore = true; hasMore; ) {
      const asked = await source.ask(feed?.ask(position, now, now) ?? { method: "GET", path: "", body: null });
      const page = asked.kind === "answered" ? feed?.read(asked.text, { position, from: now, now }) : null;
      if (!page) throw new Error(JSON.stringify(asked));
      position = page.position;
      hasMore = page.hasMore;
      ids.push(...page.accesses.map(({ eventId }) => eventId));
    }
    return ids;
  };
  expect(await next()).toEqual([]);
  appendFileSync(file, `${line("R1")}\n${line("R2").slice(0, 50)}`);
  expect(await next()).toEqual(["R1"]);
  appendFileSync(file, `${line("R2").slice(50)}\n${line("R3")}\n`);
  renameSync(file, `${file}.1`);
  writeFileSync(file, `${line("R4")}\n`);
  expect(await next()).toEqual(["R2", "R3", "R4"]);
  writeFileSync(file, `${line("R5")}`.slice(0, 10));
  expect(await next()).toEqual([]);
  writeFileSync(file, `${line("R5")}\n`);
  expect(await next()).toEqual(["R5"]);
  rmSync(file);
  expect(await source.ask({ method: "GET", path: "", body: position })).toMatchObject({
    trouble: "unavailable",
    detail: "ENOENT",
  });
});
