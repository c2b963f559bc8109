import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { checkSources } from "../../src/cli/check-sources.ts";
import { checkLine } from "../../src/cli/doctor/say.ts";
import { parseConfig } from "../../src/config.ts";
import { type OnePasswordStandIn, openOnePassword } from "../support/one-password.ts";

const now = new Date("2026-10-20T09:00:00Z");
let service: OnePasswordStandIn;
let folder: string;
beforeAll(async () => {
  service = await openOnePassword();
  folder = mkdtempSync(join(tmpdir(), "vaultbell-doctor-"));
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  service.features = ["itemusages", "auditevents", "signinattempts"];
});

async function said(source: string, env: Record<string, string> = {}, at = now): Promise<string[]> {
  const reading = parseConfig(
    `timezone: Europe/Madrid
managers: [marta@example.com]
vaults: [{ id: v_cards, name: Company cards, channel: C0123ABCD }]
sources: [${source}]
`,
    "vaultbell.yaml",
  );
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return (await checkSources(reading.config, env, at)).map(checkLine);
}

const theirs = () =>
  said(`{ kind: 1password, server: "${service.origin}" }`, { ONEPASSWORD_EVENTS_TOKEN: service.token });

test("a token that is right is told with what it may read, since when, and until when", async () => {
  expect(await theirs()).toEqual([
    "✓ source 1password: takes our token for itemusages, auditevents, signinattempts, made 2026-10-01",
    expect.stringMatching(/^✓ source 1password: our token expires on 2026-11-18, in /),
  ]);
});

test("one that ends soon, or has ended", async () => {
  const source = `{ kind: 1password, server: "${service.origin}" }`;
  const env = { ONEPASSWORD_EVENTS_TOKEN: service.token };
  const at = async (day: string) => (await said(source, env, new Date(day)))[1];
  expect(await at("2026-11-10T09:00:00Z")).toMatch(
    /^! source 1password: our token expires on 2026-11-18.*Make a new token/,
  );
  expect(await at("2026-11-19T09:00:00Z")).toMatch(/^✗ source 1password: our token expired on 2026-11-18/);
});

test("one that may read less", async () => {
  service.features = ["itemusages"];
  expect((await theirs())[1]).toMatch(
    /^! .*may not read auditevents, signinattempts, so that what they tell is missing/,
  );
  service.features = ["auditevents"];
  expect((await theirs())[0]).toMatch(/^✗ .*may not read itemusages, signinattempts/);
});

test("one that is revoked, one that is missing, and a service that isn't there", async () => {
  const source = `{ kind: 1password, server: "${service.origin}" }`;
  const revoked = await said(source, { ONEPASSWORD_EVENTS_TOKEN: "eyJ.revoked.canary-token" });
  expect(revoked).toEqual([
    expect.stringMatching(/^✗ .*doesn't take our token: revoked, expired or mistyped \(HTTP 401\)/),
  ]);
  expect(revoked.join()).not.toContain("canary");
  expect(await said(source)).toEqual([
    expect.stringMatching(/^✗ source: environment {2}ONEPASSWORD_EVENTS_TOKEN is not set/),
  ]);
  expect(
    await said(`{ kind: 1password, server: "http://127.0.0.1:1" }`, { ONEPASSWORD_EVENTS_TOKEN: service.token }),
  ).toEqual([expect.stringMatching(/^✗ .*doesn't answer as it should \(ECONNREFUSED\)/)]);
});

test("an audit device's file that can be read, and one that isn't there", async () => {
  const file = join(folder, "audit.log");
  expect(await said(`{ kind: hashicorp, file: "${file}" }`)).toEqual([
    expect.stringMatching(/^✗ source hashicorp: .*ENOENT/),
  ]);
  writeFileSync(file, "");
  expect(await said(`{ kind: hashicorp, file: "${file}" }`)).toEqual([`✓ source hashicorp: ${file} can be read`]);
});

test("a mapping that is wrong is told with its line, and a person's key of Bitwarden for what it is", async () => {
  const mapping = join(folder, "x.mapping.yaml");
  writeFileSync(mapping, "fields:\n  id: uuid\n");
  const env = { MAPPED_TOKEN: "a-token-of-twenty-characters", BITWARDEN_CLIENT: "user.U1:canary-0123456789" };
  expect((await said(`{ kind: mapped, mapping: "${mapping}" }`, env)).join()).toMatch(/x\.mapping\.yaml:2:7/);
  const bitwarden = (await said("{ kind: bitwarden }", env)).join();
  expect(bitwarden).toMatch(/person's own API key/);
  expect(bitwarden).not.toContain("canary");
});
