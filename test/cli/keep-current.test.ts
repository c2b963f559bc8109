import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withEnvFile } from "../../src/cli/env-file.ts";
import { changes, keepCurrent } from "../../src/cli/keep-current.ts";
import { sourcesOf } from "../../src/cli/sources.ts";
import { loadConfig, readEnvironment } from "../../src/config.ts";
import { openOnePassword, usage } from "../support/one-password.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, openStory, type Story } from "../support/story.ts";

let story: Story;
let folder: string;
let given: NodeJS.ProcessEnv;
let current: ReturnType<typeof keepCurrent>;
const said: string[] = [];
const otherSecret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

beforeAll(async () => {
  story = await openStory();
  folder = mkdtempSync(join(tmpdir(), "vaultbell-current-"));
  given = { VAULTBELL_CONFIG: join(folder, "vaultbell.yaml"), VAULTBELL_ENV_FILE: join(folder, ".env") };
  write(defaultYaml);
  const { environment, config, sources } = files();
  const out = { log: (line: string) => said.push(line), error: (line: string) => said.push(line) };
  current = keepCurrent({
    service: story.service,
    environment,
    config,
    sources,
    given,
    out,
    log: story.service.house.log,
  });
});
afterAll(async () => {
  current.stop();
  await story.stop();
  rmSync(folder, { recursive: true });
});

test("a changed file is taken up by itself, told in the channel, and judged by", async () => {
  await story.reveal({ by: dana });
  write(defaultYaml.replace("intent: required", "intent: off"));
  await expect.poll(() => said.splice(0), { timeout: 40_000 }).toEqual(["Taken up: vaultbell.yaml."]);
  // What follows asks by itself, so that nothing depends on when the files are looked at.
  current.stop();
  await story.settle();
  const told = story.sandbox.workspace.messages(cards).map(({ blocks }) => readBlocks(blocks));
  expect(told).toContainEqual(expect.stringContaining("announcing a purpose: now not asked for; before required."));
  expect(story.service.house.config.vaults[0]?.intent).toBe("off");
});

test("a file that can't be used is said, by /readyz too, and what was before goes on", async () => {
  write(defaultYaml.replace("Mon-Fri 08:00-19:00", "sometimes"));
  await current.look();
  expect(said.splice(0)).toEqual([
    expect.stringMatching(/vaultbell\.yaml:9:12 {2}vaults\[0\]\.hours {2}"sometimes" is not understood as hours/),
    "What changed in the files can't be used: what was before stays in force.",
  ]);
  expect(story.service.house.config.vaults[0]?.intent).toBe("off");
  const { remarks } = await story.service.readiness();
  expect(remarks).toEqual([expect.stringContaining("what was before stays in force")]);
  expect(await metric("vaultbell_configuration_in_force")).toBe("0");
  write(defaultYaml);
  await current.look();
  expect((await story.service.readiness()).remarks).toEqual([]);
  expect(await metric("vaultbell_configuration_in_force")).toBe("1");
});

test("another webhook secret counts at once, beside the old one or instead of it", async () => {
  const signedWith = async () => (await story.post("{}")).status;
  expect(await signedWith()).toBe(422);
  write(defaultYaml, { WEBHOOK_SECRETS: otherSecret });
  await current.look();
  expect(await signedWith()).toBe(401);
  write(defaultYaml, { WEBHOOK_SECRETS: `${otherSecret} ${story.secret}` });
  await current.look();
  expect(await signedWith()).toBe(422);
});

test("another bot token and app token are used at once: no restart, and no connection less", async () => {
  const { sandbox, service } = story;
  write(defaultYaml, { SLACK_BOT_TOKEN: "xoxb-revoked" });
  await current.look();
  await expect.poll(() => service.slack.state().trouble).toContain("“invalid_auth”: the bot token is not valid");
  await expect(service.slack.client.auth.test()).rejects.toThrow("invalid_auth");
  const connections = new Set<number>();
  write(defaultYaml);
  await current.look();
  await expect
    .poll(() => {
      connections.add(sandbox.sockets.connected);
      return service.slack.state().trouble;
    })
    .toBeNull();
  expect(connections).not.toContain(0);
  await expect(service.slack.client.auth.test()).resolves.toMatchObject({ ok: true });
});

test("a source is begun, asked with another token and left alone as the files say; one that can't be used keeps what was before", async () => {
  const vault = await openOnePassword();
  said.length = 0;
  const withSource = `${defaultYaml}sources: [{ kind: 1password, server: "${vault.origin}" }]\n`;
  const stored = async () =>
    (
      await story.service.house.store.pool.query("select event_id from access where source = '1password' order by id")
    ).rows.map((row) => row.event_id);
  const time = () => story.service.house.clock.now().toISOString();
  try {
    await story.later(1);
    write(withSource, { ONEPASSWORD_EVENTS_TOKEN: vault.token });
    await current.look();
    expect(said.splice(0)).toEqual(["Taken up: vaultbell.yaml, sources, the sources' tokens."]);
    vault.add("itemusages", usage("E1", time()));
    await story.later(1);
    expect(await stored()).toEqual(["E1"]);

    // Revoked: it is left alone longer and longer, and asked at once when there is another token.
    vault.token = `${vault.token}-2`;
    for (let minutes = 0; minutes < 20; minutes++) await story.later(1);
    vault.add("itemusages", usage("E2", time()));
    write(withSource, { ONEPASSWORD_EVENTS_TOKEN: vault.token });
    await current.look();
    await story.settle();
    expect(await stored()).toEqual(["E1", "E2"]);
    expect(said.splice(0)).toEqual(["Taken up: the sources' tokens."]);

    write(withSource);
    await current.look();
    expect(said.splice(0)[0]).toMatch(/ONEPASSWORD_EVENTS_TOKEN is not set, and the source 1password needs it/);
    vault.add("itemusages", usage("E3", time()));
    await story.later(1);
    expect(await stored()).toEqual(["E1", "E2", "E3"]);

    write(defaultYaml);
    await current.look();
    const asked = vault.requests;
    await story.later(5);
    expect(vault.requests).toBe(asked);
    expect(await metric("vaultbell_source_last_read_seconds.*")).toBeUndefined();
    expect(said.join()).not.toContain(vault.token);
    said.length = 0;
  } finally {
    await vault.close();
  }
});

test("a source that posts has a door as soon as the file has it, and none when it hasn't", async () => {
  const token = "a-token-of-thirty-two-characters";
  const post = async () =>
    (
      await fetch(`${story.url}/webhooks/sources/hashicorp`, {
        method: "POST",
        body: "[]",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      })
    ).status;
  expect(await post()).toBe(404);
  write(`${defaultYaml}sources: [{ kind: hashicorp }]\n`, { HASHICORP_AUDIT_TOKEN: token });
  await current.look();
  expect(await post()).toBe(202);
  write(defaultYaml);
  await current.look();
  expect(await post()).toBe(404);
  said.length = 0;
});

test("what changed in a mapping file alone is taken up when it is asked for, and said", async () => {
  const token = "another-token-of-thirty-two-characters";
  const file = join(folder, "keeper.mapping.yaml");
  const mapping = readFileSync(join(import.meta.dirname, "../../docs/sources/mappings/keeper.mapping.yaml"), "utf8");
  const post = async (key: string) => {
    const response = await fetch(`${story.url}/webhooks/sources/mapped-keeper`, {
      method: "POST",
      body: JSON.stringify({
        event: "share_record",
        key,
        timestamp: story.service.house.clock.now().toISOString(),
        username: "dana@example.com",
        record: "i_visa",
      }),
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    });
    return response.json();
  };
  const yaml = `${defaultYaml}sources: [{ kind: mapped, name: mapped-keeper, mapping: ${file}, token: KEEPER_TOKEN }]\n`;
  writeFileSync(file, mapping);
  write(yaml, { KEEPER_TOKEN: token });
  await current.look();
  said.length = 0;
  expect(await post("k1")).toEqual({ accepted: 0, duplicates: 0 });
  await current.look();
  expect(said).toEqual([]);
  writeFileSync(file, mapping.replace("/event: [", "/event: [share_record, "));
  await current.look();
  expect(said.splice(0)).toEqual(["Taken up: the sources' mapping files."]);
  expect(await post("k2")).toEqual({ accepted: 1, duplicates: 0 });
  write(defaultYaml);
  await current.look();
  said.length = 0;
});

test("another mail server and other addresses are used at once", async () => {
  const server = await openMailServer();
  const yaml = `${defaultYaml}fallback: { email: [lead@example.com] }\n`;
  write(yaml, { SMTP_URL: `smtp://127.0.0.1:${server.port}`, SMTP_FROM: "bell@example.com" });
  await current.look();
  expect(said.at(-1)).toBe("Taken up: vaultbell.yaml, SMTP_URL or SMTP_FROM.");
  try {
    story.sandbox.admin.archive(cards);
    await story.reveal({ by: dana });
    for (let n = 0; n < 4; n++) await story.later(1);
    expect(server.recipients).toEqual(["lead@example.com"]);
    expect(story.mails).toEqual([]);
  } finally {
    await server.close();
  }
});

test("what takes a restart is said to take one, by its name, and isn't in force", async () => {
  said.splice(0);
  write(defaultYaml, { PORT: "3999", SLACK_API_URL: "http://127.0.0.1:1/api/", LOG_LEVEL: "debug" });
  await current.look();
  expect(said.slice(-1)).toEqual(["Takes a restart, and isn't in force until then: PORT, SLACK_API_URL."]);
  expect(story.service.house.log.level).toBe("debug");
});

test("what takes a start is named as that, by its name and never by its value", () => {
  write(defaultYaml);
  const before = files();
  write(defaultYaml, { DATABASE_URL: "postgres://u:secret@db.example.com/x", PORT: "3001", LOG_LEVEL: "debug" });
  expect(changes(before, files())).toEqual({ atOnce: ["LOG_LEVEL"], atNextStart: ["DATABASE_URL", "PORT"] });
});

function write(yaml: string, variables: Record<string, string> = {}): void {
  const all = {
    SLACK_BOT_TOKEN: story.tokens.bot,
    SLACK_APP_TOKEN: story.tokens.app,
    WEBHOOK_SECRETS: story.secret,
    ...variables,
  };
  writeFileSync(
    join(folder, ".env"),
    Object.entries(all)
      .map((pair) => `${pair.join("=")}\n`)
      .join(""),
  );
  writeFileSync(join(folder, "vaultbell.yaml"), yaml);
}

/** As much of SMTP as a sender needs (RFC 5321). */
async function openMailServer(): Promise<{ port: number; recipients: string[]; close(): Promise<void> }> {
  const recipients: string[] = [];
  const server = createServer((client) => {
    let isBody = false;
    client.on("error", () => {}).write("220 mail.example.com\r\n");
    createInterface(client).on("line", (line) => {
      if (isBody && line !== ".") return;
      const to = /^RCPT TO:<(.+)>/i.exec(line)?.[1];
      if (to) recipients.push(to);
      isBody = line === "DATA";
      if (line === "QUIT") client.end("221 bye\r\n");
      else client.write(isBody ? "354 go on\r\n" : "250 ok\r\n");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    recipients,
    close: async () => {
      server.close();
    },
  };
}

function files() {
  const file = withEnvFile(given);
  if (!file.ok) throw new Error(file.sentence);
  const read = readEnvironment(file.env);
  const reading = loadConfig(join(folder, "vaultbell.yaml"));
  if (!read.ok || !reading.ok) throw new Error("the files are wrong");
  const { sources } = sourcesOf(reading.config, file.env);
  return { environment: read.environment, config: reading.config, sources };
}

async function metric(name: string): Promise<string | undefined> {
  const text = await (await fetch(`${story.url}/metrics`)).text();
  return new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1];
}
