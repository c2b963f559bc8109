import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { parseEnv } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { init } from "../../src/cli/init.ts";
import { loadConfig, parseConfig } from "../../src/config.ts";
import { createStandIn, type StandIn } from "../../src/stand-in.ts";
import { openStore } from "../../src/store/database.ts";
import { lastHeard, verdictsIn, weekRows } from "../../src/store/digest-facts.ts";
import { freePort } from "../processes/service.ts";
import { type FreshDatabase, freshDatabase } from "../support/database.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, defaultYaml, marta } from "../support/story.ts";

let standIn: StandIn;
let database: FreshDatabase;
let apiUrl: string;
let folder: string;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  const reading = parseConfig(defaultYaml, "story.yaml");
  if (!reading.ok) throw new Error("the stand-in's configuration is wrong");
  standIn = createStandIn(reading.config, { dataFolder: null, webhookSecret: null });
  ({ apiUrl } = await standIn.sandbox.listen());
  database = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), "vaultbell-init-"));
  env = {
    SLACK_API_URL: apiUrl,
    VAULTBELL_CONFIG: join(folder, "vaultbell.yaml"),
    VAULTBELL_ENV_FILE: join(folder, ".env"),
    PORT: String(await freePort()),
  };
});
afterAll(async () => {
  await standIn.sandbox.close();
  await database.drop();
  rmSync(folder, { recursive: true });
});

test("an administrator answers, is corrected, and ends with an alert that a manager has pressed", async () => {
  const { bot, app } = standIn.tokens;
  const pressing = pressExpected();
  const { code, said } = await answer([
    app, // the wrong token
    bot,
    "xapp-of-somebody-else",
    app,
    "Mars/Base",
    "Europe/Madrid",
    "v_cards",
    "Company cards",
    "C0NOWHERE",
    cards,
    "marta@example.com, nobody@example.com",
    "marta@example.com, juan@example.com",
    "8 to 7",
    "Mon-Fri 08:00-19:00",
    "no",
    database.url,
    "yes",
  ]);
  await pressing;
  expect(said).toContain(
    "SLACK_BOT_TOKEN holds an app-level token (xapp-), where a bot token belongs. Put that one into",
  );
  expect(said).toContain("bot token: valid: @vaultbell in");
  expect(said).toContain("Slack answers “invalid_auth”: the app token is not valid");
  expect(said).toContain("There is no such channel, or it is private and the bot is not in it.");
  expect(said).toContain("Slack knows no active user by this");
  expect(said).toContain("Marta Vidal (U02MARTA)");
  expect(said).toContain(`Slack shows it in ${cards}. Now one of the managers presses Expected there …`);
  expect(said).toContain("Marta Vidal pressed Expected: the way from the vault to a manager and back works.");
  expect(code).toBe(0);
  // No secret is told on a terminal that others may look at.
  for (const secret of [bot, app, database.url, variables().WEBHOOK_SECRETS]) expect(said).not.toContain(secret);
});

test("what it wrote is what a start reads, for nobody else's eyes", () => {
  const reading = loadConfig(join(folder, "vaultbell.yaml"));
  expect(reading).toMatchObject({
    ok: true,
    config: {
      timezone: "Europe/Madrid",
      vaults: [{ id: "v_cards", channel: cards, hours: { text: expect.any(String) } }],
    },
  });
  expect(variables()).toEqual({
    SLACK_BOT_TOKEN: standIn.tokens.bot,
    SLACK_APP_TOKEN: standIn.tokens.app,
    SLACK_API_URL: apiUrl,
    DATABASE_URL: database.url,
    WEBHOOK_SECRETS: expect.stringMatching(/^whsec_/),
  });
  for (const file of [".env", "vaultbell.yaml"]) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
});

test("the test is on the record as one, its message says so, and it counts nowhere", async () => {
  const { db, pool, close } = openStore(database.url, () => {});
  const { rows } = await pool.query<{ said: string }>(
    "select convert_from(payload, 'UTF8') as said from record where kind in ('access judged', 'review') order by seq",
  );
  expect(rows.map(({ said }) => JSON.parse(said))).toMatchObject([{ test: true }, { verdict: "expected" }]);
  const week = { vaultId: "v_cards", startsAt: new Date(0), endsAt: new Date("2100-01-01") };
  expect(await weekRows(db, [week])).toMatchObject({ quarters: [], items: [] });
  expect(await verdictsIn(db, [week], week.startsAt)).toMatchObject({ verdicts: 0 });
  expect(await lastHeard(db, [week.vaultId], week.endsAt)).toEqual([]);
  for (const table of ["item", "person_item", "vault_watch"]) {
    expect((await pool.query(`select from ${table}`)).rowCount).toBe(0);
  }
  await close();
  const [message] = standIn.sandbox.workspace.messages(cards);
  expect(readBlocks(message?.blocks)).toContain("A test: nobody opened anything");
});

test("files that are there are replaced only when somebody says so, and kept", async () => {
  const before = readFileSync(join(folder, "vaultbell.yaml"), "utf8");
  expect(await answer(["no"])).toMatchObject({ code: 1, said: expect.stringContaining("Nothing was changed.") });
  const flags = [
    "--yes",
    "--no-test",
    "--vault-id",
    "v_two",
    "--channel",
    cards,
    "--managers",
    "marta@example.com,juan@example.com",
  ];
  const tokens = { SLACK_BOT_TOKEN: standIn.tokens.bot, SLACK_APP_TOKEN: standIn.tokens.app };
  const refused = await answer([], flags, tokens);
  expect(refused).toMatchObject({ code: 1, said: expect.stringContaining("--force replaces it, and keeps it beside") });
  expect(await answer([], [...flags, "--force"], { ...tokens, TZ: "UTC" })).toMatchObject({ code: 0 });
  expect(readFileSync(join(folder, "vaultbell.yaml.1"), "utf8")).toBe(before);
  expect(readFileSync(join(folder, "vaultbell.yaml"), "utf8")).toContain("id: v_two");
});

test("with nobody there, what is missing or wrong ends it, and nothing is written", async () => {
  const elsewhere = { VAULTBELL_CONFIG: join(folder, "other.yaml"), VAULTBELL_ENV_FILE: join(folder, "other.env") };
  expect(await answer([], ["--yes"], elsewhere)).toEqual({ code: 1, said: "SLACK_BOT_TOKEN is needed.\n" });
  const mistaken = { ...elsewhere, SLACK_BOT_TOKEN: "xoxp-1" };
  expect((await answer([], ["--yes"], mistaken)).said).toContain("SLACK_BOT_TOKEN holds a user token (xoxp-)");
  expect((await answer([standIn.tokens.bot], [], elsewhere)).said).toContain(
    "The answers ended before the questions did",
  );
  expect(existsSync(elsewhere.VAULTBELL_CONFIG) || existsSync(elsewhere.VAULTBELL_ENV_FILE)).toBe(false);
});

function variables() {
  return parseEnv(readFileSync(join(folder, ".env"), "utf8"));
}

/** Everything is typed at once, as a script would: nothing waits for a terminal. */
async function answer(lines: string[], args: string[] = [], more: NodeJS.ProcessEnv = {}) {
  const input = new PassThrough();
  const output = new PassThrough({ encoding: "utf8" });
  let said = "";
  output.on("data", (text) => {
    said += text;
  });
  input.end(lines.map((line) => `${line}\n`).join(""));
  const code = await init(args, { ...env, ...more }, { input, output });
  return { code, said };
}

/** As soon as the test stands in the channel. */
async function pressExpected(): Promise<void> {
  const { sandbox } = standIn;
  const shown = () => sandbox.workspace.messages(cards).find(({ blocks }) => readBlocks(blocks).includes("A test"));
  await expect.poll(shown, { timeout: 30_000, interval: 100 }).toBeDefined();
  const message = shown();
  if (message) await sandbox.as(marta).click(message, "review_expected");
}
