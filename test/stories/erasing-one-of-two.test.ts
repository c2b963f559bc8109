import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { erase } from "../../src/cli/erase.ts";
import { dana, defaultYaml, lena, openStory, type Story } from "../support/story.ts";

/** Dana and Lena have one address in Slack: what is erased can't be brought back, so that nothing goes on a guess. */
let story: Story;
const folder = mkdtempSync(join(tmpdir(), "vaultbell-erasing-"));
afterEach(() => story?.stop());

test("of two Slack users who share an address neither is erased by their id, and it says what to do instead", async () => {
  await openShared(defaultYaml);
  for (const who of [dana, lena]) {
    const { code, said } = await eraseThem(who, "--yes", "--open-alerts");
    expect(said).toBe(
      "A person who opened or announced something is known by the address of this Slack user, team@example.com, and whether the two are one would be a guess: nobody is erased. To erase whoever is known by the address, say --person team@example.com; without --yes it first says what would go.",
    );
    expect(code).toBe(1);
  }
  expect(await kept()).toEqual({ emails: 1, bodies: 1, users: 2 });
  const { said } = await eraseThem("team@example.com");
  expect(said).toMatch(/of 1 accesses, and the bodies of 1 deliveries/);
  expect(said).toContain('with one of these in it: "team@example.com", "');
  expect(said).toMatch(/1 of their alerts have no verdict yet/);
});

test("a bot with a person's address can't be erased with all that is the person's", async () => {
  await openShared(defaultYaml, { isBot: true });
  expect(await eraseThem(lena, "--yes")).toMatchObject({ code: 1, said: expect.stringContaining("nobody is erased") });
  expect(await kept()).toEqual({ emails: 1, bodies: 1, users: 2 });
});

test("whom the configuration tells apart can be erased alone, and what names only the address they share stays", async () => {
  const yaml = `${defaultYaml}people: [{ vault: vault-dana, slack: ${dana} }]\n`;
  await openShared(yaml);
  expect(await eraseThem(lena, "--yes")).toMatchObject({ code: 0 });
  expect(await kept()).toEqual({ emails: 1, bodies: 1, users: 1 });
  expect(await eraseThem(dana, "--yes", "--open-alerts")).toMatchObject({ code: 0 });
  expect(await kept()).toEqual({ emails: 0, bodies: 0, users: 0 });
});

async function openShared(yaml: string, { isBot = false } = {}): Promise<void> {
  story = await openStory({ yaml });
  writeFileSync(join(folder, "vaultbell.yaml"), yaml);
  for (const who of [dana, lena]) story.sandbox.admin.changePerson(who, { email: "team@example.com" });
  story.sandbox.admin.changePerson(lena, { isBot });
  await story.directory.refreshAll();
  await story.reveal({ by: dana });
}

async function kept() {
  const { rows } = await story.service.house.store.pool.query(`
    select (select count(*)::integer from access where actor_email = 'team@example.com') as emails,
           (select count(*)::integer from delivery where body <> '') as bodies,
           (select count(*)::integer from slack_user where email_folded = 'team@example.com') as users`);
  return rows[0];
}

async function eraseThem(person: string, ...more: string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const out = { log: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
  const env = { DATABASE_URL: story.databaseUrl, VAULTBELL_CONFIG: join(folder, "vaultbell.yaml") };
  return { code: await erase(["--person", person, ...more], env, out), said: lines.join("\n") };
}
