import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { check } from "../../src/cli/check.ts";
import { exampleFile } from "../../src/config.ts";
import { written } from "./written.ts";

const folder = mkdtempSync(join(tmpdir(), "vaultbell-check-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string): string {
  const file = join(folder, `${Math.random()}.yaml`);
  writeFileSync(file, text);
  return file;
}

async function checked(args: string[], env: Record<string, string>) {
  const lines: string[] = [];
  const errors: string[] = [];
  const code = await check(args, env, { log: (line) => lines.push(line), error: (line) => errors.push(line) });
  return { code, lines, errors };
}

test("a right file is told in plain lines: vaults, channels, managers, hours", async () => {
  const answer = await checked([exampleFile], {});
  expect(answer).toEqual({
    code: 0,
    errors: [],
    lines: [
      `${exampleFile} is right: 2 vaults watched.`,
      "Company cards (v_cards)",
      "  channel   C0CARDS",
      "  managers  marta@example.com, juan@example.com",
      "  hours     Mon–Fri 08:00–19:00 in Europe/Madrid",
      "  intent    required",
      "  escalate  after 15m to C0SECURITY, again every 2h",
      "  items     2 named, 1 sensitive",
      "Servers (v_servers)",
      "  channel   C0SERVERS",
      "  managers  marta@example.com, juan@example.com",
      "  hours     Mon–Fri 08:00–19:00 in Europe/Madrid",
      "  intent    expected",
      "  items     2 named, 1 sensitive",
      "A purpose stands for 1h unless said otherwise, 24h at most; a sitting goes on for 30m after an access.",
    ],
  });
});

test("notes follow what is understood", async () => {
  const file = fileWith(written({ vault: ["hours: always", "managers: [S0LEADS]", "closed: [2026-12-24]"] }));
  const { code, lines } = await checked([file], {});
  expect(code).toBe(0);
  expect(lines).toContain("  hours     always");
  expect(lines).toContain("  managers  S0LEADS");
  expect(lines.at(-1)).toContain("`closed` changes nothing where every hour counts as ordinary.");
});

test("a line per mistake: file, line, column, path, what is wrong, what would be right", async () => {
  const file = fileWith(written({ vault: ["hours: 9am-5pm", "intent: requird"] }));
  expect(await checked([file], {})).toEqual({
    code: 1,
    errors: [],
    lines: [
      `${file}:7:12  vaults[0].hours  "9am-5pm" is not how hours are written. Write \`hours: 09:00-17:00\`.`,
      `${file}:8:13  vaults[0].intent  "requird" is not required, expected or off. Write \`intent: required\`.`,
    ],
  });
});

test("with a file, the environment's mistakes are told and don't fail; without one, they do", async () => {
  const file = fileWith(written({ vault: ["hours: always"] }));
  const port =
    "environment  PORT is not a number from 1 to 65535. Set it to a free port, such as PORT=8080, or unset it for 3000.";
  const judged = await checked([file], { PORT: "x" });
  expect(judged.code).toBe(0);
  expect(judged.lines.slice(-2)).toEqual(["A start in this environment would still be refused:", port]);

  const here = await checked([], { PORT: "x", VAULTBELL_CONFIG: file });
  expect(here.code).toBe(1);
  expect(here.lines[0]).toBe(`${file} is right: 1 vault watched.`);
  expect(here.lines.at(-1)).toBe(port);
});

test("a named file that is missing is a mistake, also for the stand-in workspace", async () => {
  const file = join(folder, "missing.yaml");
  const { code, lines } = await checked([], { VAULTBELL_CONFIG: file });
  expect(code).toBe(1);
  expect(lines).toEqual([
    `${file}:1:1  there is no such file. Copy vaultbell.example.yaml to it and put in your vaults.`,
  ]);
});

test("without any file, the stand-in workspace runs on the example, and real use is refused", async () => {
  const home = process.cwd();
  process.chdir(folder);
  try {
    const standIn = await checked([], {});
    expect(standIn.code).toBe(0);
    expect(standIn.lines[0]).toBe(
      "There is no vaultbell.yaml yet: the stand-in workspace runs on vaultbell.example.yaml.",
    );
    const real = await checked([], { NODE_ENV: "production" });
    expect(real.code).toBe(1);
    expect(real.lines[0]).toBe(
      "./vaultbell.yaml:1:1  there is no such file. Copy vaultbell.example.yaml to it and put in your vaults.",
    );
    expect(real.lines.slice(1).map((line) => /SLACK_\w+|WEBHOOK_SECRETS/.exec(line)?.[0])).toEqual([
      "SLACK_BOT_TOKEN",
      "SLACK_APP_TOKEN",
      "WEBHOOK_SECRETS",
    ]);
  } finally {
    process.chdir(home);
  }
});

test("anything else is answered with how it is used", async () => {
  expect(await checked(["--fast"], {})).toEqual({
    code: 2,
    lines: [],
    errors: [expect.stringMatching(/^Usage: vaultbell check \[FILE\]\n +vaultbell check --sample FILE/)],
  });
  expect(await checked(["a", "b"], {})).toMatchObject({ code: 2 });
  expect(await checked(["--help"], {})).toMatchObject({ code: 0 });
});
