import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import { buildService, type Service } from "../../src/app.ts";
import { parseConfig } from "../../src/config.ts";
import { answerSettings } from "../../src/pipeline/settings.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, gil, juan, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
const replicas: Service[] = [];
afterEach(async () => {
  for (const replica of replicas.splice(0)) await replica.close();
  await story?.stop();
});

/** The file says nothing of hours and purposes. */
const open = defaultYaml
  .replace("title: Team Amex }", "title: Team Amex }, { id: i_third }")
  .replace("    hours: Mon-Fri 08:00-19:00\n    intent: required\n", "");

test("a manager makes the watch stricter at once; what is reported late is judged by what stood; the file's keys are read-only", async () => {
  story = await openStory({ yaml: open });
  await story.reveal({ by: dana, itemId: "i_amex" });
  await story.later(5);
  await openSettings(marta);
  expect(story.window(marta)).toContain(
    "Set in vaultbell.yaml, and changed there only:\n• Hint for purposes: supplier and amount, please",
  );
  expect(await save(marta, { hours: "weekdays 9 to 17" })).toMatchObject({
    errors: { "setting:hours": expect.stringContaining("Mon-Fri 09:00-17:00") },
  });
  await save(marta, { hours: "Mon-Fri 12:00-17:00", "policies.new-device": "warning" });
  expect(settingsSaid()).toEqual([
    expect.stringMatching(
      /^⚙️ @U02MARTA changed settings of Company cards:\n• Ordinary hours: always → Mon-Fri 12:00-17:00\n• Policy new-device: as usual → warning\nIt holds from now on/,
    ),
  ]);
  expect(told(marta)).toContain("Changed, and said in the channel of Company cards.");
  expect(story.service.house.config.vaults[0]?.hours?.text).toBe("Mon–Fri 12:00–17:00");

  await story.later(10);
  await story.reveal({ by: dana, itemId: "i_visa" });
  await story.reveal({ by: dana, itemId: "i_third", occurredAt: new Date("2026-11-24T09:02:00Z") });
  expect(await outsideHours()).toEqual({ i_amex: false, i_visa: true, i_third: false });

  await openSettings(marta);
  await save(marta, {});
  expect(told(marta)).toContain("Nothing was changed");
  expect(await kinds()).toEqual(["settings changed"]);
});

test("what makes it weaker waits for another manager; proposer, strangers and old buttons are answered and recorded", async () => {
  story = await openStory({ yaml: open });
  await openSettings(marta);
  await save(marta, { intent: "off" });
  expect(settingsSaid()[0]).toContain(
    "It makes the watch weaker (announcing a purpose, asking the person), so @U02JUAN must confirm it.",
  );
  expect(intent()).toBe("required");
  const message = proposed();
  await story.press(marta, message, "Confirm");
  expect(story.told(marta)).toContain("You proposed this yourself");
  await story.press(dana, message, "Confirm");
  expect(story.told(dana)).toContain("You are not a manager of Company cards");
  const elsewhere = {
    proposalId: "1",
    answer: "confirmed" as const,
    clickerId: juan,
    message: { channel: cards, ts: "1.0" },
  };
  const clicker = await story.directory.freshUser(juan);
  expect(await answerSettings(story.service.house, { ...elsewhere, clicker })).toMatchObject({
    reason: "wrong-message",
  });
  expect(intent()).toBe("required");
  await story.press(juan, message, "Confirm");
  expect(intent()).toBe("off");
  expect(settingsSaid()[0]).toContain("Confirmed by @U02JUAN");
  await openSettings(juan);
  await save(juan, { ask: "first" });
  expect(settingsSaid()).toHaveLength(2);
  await openSettings(marta);
  await save(marta, { intent: "expected" });
  await openSettings(juan);
  await story.press(juan, proposed(), "Decline");
  expect(settingsSaid()[1]).toContain("Taken back by @U02JUAN");
  expect(await kinds()).toEqual([
    "settings proposed",
    "settings refused: proposer",
    "settings refused: not-a-manager",
    "settings refused: wrong-message",
    "settings confirmed",
    "settings proposed",
    "settings changed",
    "settings withdrawn",
  ]);
});

test("without a second manager it is refused, with what to do; who isn't a manager finds no button, and a late form takes nothing", async () => {
  const yaml = open.replaceAll("marta@example.com, juan@example.com", "marta@example.com");
  story = await openStory({ yaml, isTamperedWith: true });
  await openSettings(marta);
  await save(marta, { night: "channel" });
  expect(told(marta)).toContain("has no second manager who could confirm it");
  expect(settingsSaid()).toEqual([]);
  for (const who of [juan, lena, gil]) {
    await story.openHome(who);
    expect(story.home(who)).not.toContain("[Settings]");
  }
  await openSettings(marta);
  const view = String(story.sandbox.workspace.views(marta)[0]?.id);
  await story.service.house.store.pool.query(
    "insert into setting (vault_id, key, value, proposal_id, at) values ('v_cards', 'hours', 'Mon-Fri 10:00-11:00', null, now())",
  );
  await story.sandbox.as(marta).submit(view, { "setting:intent": { "setting:intent": "required" } });
  await story.service.idle();
  await story.settle();
  expect(told(marta)).toContain("Somebody changed settings of this vault while you had the form open");
});

test("every replica takes it up, also one that starts later; what the file says itself since goes first, and that is announced once", async () => {
  story = await openStory({ yaml: open });
  const other = await replica(open);
  await openSettings(marta);
  await save(marta, { hours: "Mon-Fri 12:00-17:00" });
  expect(other.house.config.vaults[0]?.hours).toBeNull();
  await other.turn();
  expect(other.house.config).toEqual({ ...story.service.house.config, file: "replica.yaml" });
  const later = await replica(open);
  expect(later.house.config.fingerprint).toBe(other.house.config.fingerprint);
  expect(await inForce()).toBe(2);
  await later.turn();
  expect(await inForce()).toBe(2);

  const stricter = open.replace("    hint:", "    hours: Mon-Fri 08:00-19:00\n    hint:");
  const upgraded = await replica(stricter);
  const twin = await replica(stricter);
  expect(upgraded.house.config.vaults[0]?.hours?.text).toBe("Mon–Fri 08:00–19:00");
  await twin.turn();
  await story.settle();
  expect(settingsSaid()).toHaveLength(2);
  expect(settingsSaid()[1]).toBe(
    "⚙️ Ordinary hours of Company cards is set in vaultbell.yaml now, which goes first. What was set here (‘Mon-Fri 12:00-17:00’) has ended.",
  );
  expect(await kinds()).toEqual(["settings changed", "setting ended"]);
});

async function openSettings(who: string): Promise<void> {
  await story.openHome(who);
  await story.pressHome(who, "Settings");
}

async function save(who: string, values: Record<string, string>) {
  const view = String(story.sandbox.workspace.views(who).at(-1)?.id);
  const given = Object.entries(values).map(([key, value]) => [`setting:${key}`, { [`setting:${key}`]: value }]);
  const answer = await story.sandbox.as(who).submit(view, Object.fromEntries(given));
  await story.service.idle();
  await story.settle();
  return answer;
}

const intent = () => story.service.house.config.vaults[0]?.intent;
const settingMessages = () =>
  story.sandbox.workspace.messages(cards).filter(({ blocks }) => /^[⚙⚖☑]/u.test(readBlocks(blocks)));
const settingsSaid = () => settingMessages().map(({ blocks }) => readBlocks(blocks));

function proposed() {
  const found = settingMessages().find(({ blocks }) => readBlocks(blocks).includes("[Confirm]"));
  if (!found) throw new Error("nothing waits to be confirmed");
  return found;
}

/** In their direct conversation: a form has no place for answers. */
function told(who: string): string {
  const all = story.sandbox.workspace.directMessages(who);
  return all.map(({ text, blocks }) => readBlocks(blocks) || text).at(-1) ?? "";
}

async function outsideHours() {
  const { rows } = await story.service.house.store.pool.query(
    "select item_id, findings from assessment join access on access.id = access_id",
  );
  return Object.fromEntries(
    rows.map(({ item_id, findings }) => [
      item_id,
      findings.some((one: { policy: string }) => one.policy === "office-hours"),
    ]),
  );
}

async function kinds(): Promise<string[]> {
  const { rows } = await story.service.house.store.pool.query("select kind, payload from record order by seq");
  return rows
    .filter(({ kind }) => kind.startsWith("setting"))
    .map(({ kind, payload }) => (kind === "settings refused" ? `${kind}: ${JSON.parse(payload).reason}` : kind));
}

async function inForce(): Promise<number> {
  const { rows } = await story.service.house.store.pool.query("select id from configuration");
  return rows.length;
}

/** Another process on the same database, without a connection of its own to Slack. */
async function replica(yaml: string): Promise<Service> {
  const reading = parseConfig(yaml, "replica.yaml");
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  const { clock, people } = story.service.house;
  const service = await buildService({
    config: reading.config,
    databaseUrl: story.databaseUrl,
    webhookSecrets: [],
    slack: { kind: "http", botToken: "xoxb-none", signingSecret: "none" },
    slackApiUrl: "http://127.0.0.1:9/",
    clock,
    log: pino({ level: "silent" }),
    neighbour: null,
  });
  Object.assign(service.house, { people });
  replicas.push(service);
  return service;
}
