import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
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

test("who makes a token chooses its name and metadata: neither is anybody's address", () => {
  for (const display_name of ["token-marta@example.com", "token", "token-x-marta@example.com"]) {
    const auth = {
      display_name,
      entity_id: "E7",
      metadata: { email: "marta@example.com", username: "marta@example.com" },
    };
    expect(accesses(line("R", { auth }))[0]?.actor).toEqual({ vaultIdentity: "E7", email: null, name: display_name });
  }
  const auth = { display_name: "ldap-dana", entity_id: "E7", metadata: { username: "dana@example.com" } };
  expect(accesses(line("R", { auth }))[0]?.actor.email).toBe("dana@example.com");
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

test("a list that is nested too deeply is told as not understood", () => {
  const deep = `[${"[".repeat(100_000)}${"]".repeat(100_000)}]`;
  expect(read(deep).content).toMatchObject({ kind: "not-understood" });
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vaultbell-audit-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Reads a file on, page by page, as the poller does. */
function follow(file: string) {
  const source = hashicorpFile({ name: "hashicorp", file, vaultIds });
  const [feed] = source.feeds;
  const now = new Date("2026-11-24T09:00:00Z");
  const followed = { source, position: null as string | null, gaps: [] as unknown[], marks: [] as unknown[], next };
  async function next(): Promise<string[]> {
    const ids: string[] = [];
    for (let hasMore = true; hasMore; ) {
      const { position } = followed;
      const asked = await source.ask(feed?.ask(position, now, now) ?? { method: "GET", path: "", body: null });
      const page = asked.kind === "answered" ? feed?.read(asked.text, { position, from: now, now }) : null;
      if (!page) throw new Error(JSON.stringify(asked));
      followed.position = page.position;
      hasMore = page.hasMore;
      ids.push(...page.accesses.map(({ eventId }) => eventId));
      followed.gaps.push(...(page.gap ? [page.gap] : []));
      followed.marks.push(...page.strange.map(({ mark }) => mark));
    }
    return ids;
  }
  return followed;
}

/** As logrotate does: what is there moves up by one, and the service begins anew. */
function rotate(file: string, { compress = false } = {}): void {
  if (existsSync(`${file}.1`)) renameSync(`${file}.1`, compress ? `${file}.2.gz` : `${file}.2`);
  renameSync(file, `${file}.1`);
  writeFileSync(file, "");
}

test("a file is read on by whole lines, over rotation and truncation, each line once", async () => {
  const file = join(folder, "audit.log");
  writeFileSync(file, `${line("old")}\n`);
  const followed = follow(file);
  expect(await followed.next()).toEqual([]);
  appendFileSync(file, `${line("R1")}\n${line("R2").slice(0, 50)}`);
  expect(await followed.next()).toEqual(["R1"]);
  appendFileSync(file, `${line("R2").slice(50)}\n${line("R3")}\n`);
  renameSync(file, `${file}.1`);
  writeFileSync(file, `${line("R4")}\n`);
  expect(await followed.next()).toEqual(["R2", "R3", "R4"]);
  // copytruncate: what was written after the last look is in the copy alone.
  appendFileSync(file, `${line("R5")}\n`);
  copyFileSync(file, `${file}.1`);
  writeFileSync(file, `${line("R6")}\n`);
  expect(await followed.next()).toEqual(["R5", "R6"]);
  expect(followed.gaps).toEqual([]);
  rmSync(file);
  expect(await followed.source.ask({ method: "GET", path: "", body: followed.position })).toMatchObject({
    trouble: "unavailable",
    detail: "ENOENT",
  });
});

test("two rotations between two looks leave no gap while the older files are there", async () => {
  const file = join(folder, "audit.log");
  writeFileSync(file, `${line("old")}\n`);
  const followed = follow(file);
  await followed.next();
  appendFileSync(file, `${line("R1")}\n`);
  utimesSync(file, 1_000, 1_000);
  rotate(file);
  appendFileSync(file, `${line("R2")}\n`);
  utimesSync(file, 2_000, 2_000);
  rotate(file);
  appendFileSync(file, `${line("R3")}\n`);
  writeFileSync(`${file}.saved`, `${line("not ours to read")}\n`);
  expect(await followed.next()).toEqual(["R1", "R2", "R3"]);
  expect([followed.gaps, await followed.next()]).toEqual([[], []]);
});

test.each([
  ["was compressed", (file: string) => rotate(file, { compress: true })],
  [
    "is gone, and its inode is another file's",
    (file: string) => {
      rmSync(`${file}.1`);
      rotate(file);
    },
  ],
])(
  "a file that %s before it was read to its end leaves a gap that is told, and what is there is read on",
  async (_, again) => {
    const file = join(folder, "audit.log");
    writeFileSync(file, `${line("old")}\n`);
    utimesSync(file, new Date("2026-11-24T08:00:00Z"), new Date("2026-11-24T08:00:00Z"));
    const followed = follow(file);
    await followed.next();
    appendFileSync(file, `${line("never read")}\n`);
    rotate(file);
    appendFileSync(file, `${line("R2", { time: "2026-11-24T08:50:00Z" })}\n`);
    again(file);
    appendFileSync(file, `${line("R3")}\n${line("R4")}\n${line("R5")}\n`);
    expect(await followed.next()).toEqual(["R2", "R3", "R4", "R5"]);
    const [since, until] = [new Date("2026-11-24T08:00:00Z"), new Date("2026-11-24T08:50:00Z")];
    expect(followed.gaps).toEqual([{ since, until }]);
    expect([await followed.next(), followed.gaps.length]).toEqual([[], 1]);
  },
);

test("a line isn't gone past because somebody made it long", async () => {
  const file = join(folder, "audit.log");
  writeFileSync(file, "");
  const followed = follow(file);
  await followed.next();
  const many = Object.fromEntries(
    Array.from({ length: 40_000 }, (_, n) => [`field-${n}`, `hmac-sha256:${"0".repeat(64)}`]),
  );
  appendFileSync(file, `${line("R1", { response: { data: many } })}\n${line("R2")}\n`);
  expect(statSync(file).size).toBeGreaterThan(3 * 1024 * 1024);
  expect([await followed.next(), followed.marks]).toEqual([["R1", "R2"], []]);
});

test("what is no file isn't waited for", async () => {
  const file = join(folder, "audit.log");
  writeFileSync(file, `${line("old")}\n`);
  const followed = follow(file);
  await followed.next();
  execFileSync("mkfifo", [`${file}.1`]);
  rmSync(file);
  writeFileSync(file, `${line("R1")}\n`);
  expect(await followed.next()).toEqual(["R1"]);
  rmSync(file);
  renameSync(`${file}.1`, file);
  expect(await followed.source.ask({ method: "GET", path: "", body: followed.position })).toMatchObject({
    trouble: "unavailable",
    detail: "not a file",
  });
});

test("a file that was cut without a copy leaves a gap, and a place that an older version left is understood", async () => {
  const file = join(folder, "audit.log");
  writeFileSync(file, `${line("R1")}\n${line("R2")}\n`);
  const followed = follow(file);
  followed.position = `${statSync(file).ino}:${line("R1").length + 1}`;
  expect(await followed.next()).toEqual(["R2"]);
  writeFileSync(file, `${line("R3")}\n`);
  expect(await followed.next()).toEqual(["R3"]);
  expect(followed.gaps).toHaveLength(1);
});

test("a strange line is told apart from another, and from itself elsewhere, without a word of it being kept", async () => {
  const file = join(folder, "audit.log");
  writeFileSync(file, "");
  const followed = follow(file);
  await followed.next();
  for (const strange of [canary, `${canary} again`, canary]) {
    appendFileSync(file, `${strange}\n`);
    await followed.next();
  }
  expect(new Set(followed.marks).size).toBe(3);
  expect(JSON.stringify(followed.marks)).not.toContain(canary);
});
