import { afterEach, expect, test } from "vitest";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { inTransaction } from "../../src/store/database.ts";
import { eraseDetails } from "../../src/store/erasing.ts";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { cards, dana, defaultYaml, juan, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

/** Slack knows nobody of the crowd. */
const oneIsEnough = defaultYaml.replace("    hint:", "    unmatched: one\n    hint:");

test("a hundred people at once: every one of them is in Slack within seconds, the loudest first, without one 429 (threat T29)", async () => {
  story = await openStory({ startAt: "2026-11-28T01:13:00Z" });
  const from = story.sandbox.clock.now().getTime();
  await accesses(Array.from({ length: 100 }, (_, n) => ({ person: n, by: n === 40 ? "day" : "night" })));
  const floods = story.alerts().filter((message) => message.text.startsWith("Flood: "));
  const said = story
    .alerts()
    .map((message) => readBlocks(message.blocks))
    .join("\n");
  for (let n = 0; n < 100; n++) expect(said).toMatch(new RegExp(`Person ${n}\\b`));
  expect(floods.length).toBeGreaterThan(0);
  expect(readBlocks(floods[0]?.blocks)).toContain("So much at once is worth a look by itself");
  const posts = story.sandbox.calls.filter((call) => call.method === "chat.postMessage");
  expect(posts.every((call) => call.outcome === "ok")).toBe(true);
  expect((posts.at(-1)?.at.getTime() ?? 0) - from).toBeLessThan(6_000);
  const firstLines = readBlocks(floods[0]?.blocks).split("\n").slice(1, 30);
  expect(firstLines.every((line) => !line.includes("Person 40:"))).toBe(true);
});

test("alerts that a flood message shows are shown: nobody is told that they can't be (simulation, seed 13 with an outage)", async () => {
  await floodOf(60);
  await story.later(5);
  expect(story.mails).toEqual([]);
});

test("one click judges the whole flood, and the message says so; what came since stays open", async () => {
  await floodOf(60);
  await story.press(marta, flood(), "Expected");
  expect(await reviewCount()).toBe(covered());
  expect(readBlocks(flood().blocks)).toContain("judged by @U02MARTA; nothing is open");
  expect(readBlocks(flood().blocks)).not.toContain("[Expected]");
  const before = story.alerts().length;
  await story.later(1);
  await accesses([{ person: 59, by: "night" }]);
  expect(story.alerts().length).toBe(before + 1);
  expect(readBlocks(story.alerts().at(-1)?.blocks)).toContain("1 more since is open");
});

test("Suspicious on a flood asks for a sentence once and records it for each; card, timeline and security have it once", async () => {
  await floodOf(40, `security: ${security}\n${oneIsEnough}`);
  await story.press(marta, flood(), "Suspicious");
  const view = story.sandbox.workspace.views(marta).at(-1) as { id: string };
  await story.sandbox.as(marta).submit(view.id, { suspicious_note: { suspicious_note: "looks like a script" } });
  await story.service.idle();
  await story.settle();
  const notes = await story.service.house.store.db
    .selectFrom("review")
    .select(["verdict", "note"])
    .distinct()
    .execute();
  expect(notes).toEqual([{ verdict: "suspicious", note: "looks like a script" }]);
  const alerts = covered();
  expect(await reviewCount()).toBe(alerts);

  const together = `${alerts} people made ${alerts} accesses in Company cards`;
  expect(inSecurity()).toEqual([expect.stringContaining(`🚩 Suspicious: ${together}`)]);
  const thread = story.sandbox.workspace.messages(cards).filter(({ threadTs }) => threadTs !== undefined);
  expect(thread.map(({ threadTs }) => threadTs)).toEqual([flood().ts, flood().ts]);
  const [card, timeline] = ["🧭", "🕰️"].map((sign) => thread.find(({ blocks }) => readBlocks(blocks).startsWith(sign)));
  if (!card) throw new Error("there is no card");
  expect(readBlocks(card.blocks)).toContain(`🧭 What now? ${together}.`);
  expect(readBlocks(timeline?.blocks)).toMatch(
    new RegExp(`Suspicious, says @U02MARTA: ‘looks like a script’ \\(${alerts} alerts\\)`),
  );

  await story.sandbox.as(marta).choose(card, "what_now_steps", ["step:0"]);
  await story.service.idle();
  await story.settle();
  await story.press(juan, card, "Resolve…");
  const form = story.sandbox.workspace.views(juan).at(-1) as { id: string };
  await story.sandbox.as(juan).submit(form.id, {
    resolve_note: { resolve_note: "a backup script" },
    resolve_outcome: { resolve_outcome: "false-alarm" },
  });
  await story.service.idle();
  await story.settle();
  const ended = await story.service.house.store.db.selectFrom("resolution").select(["outcome", "by"]).execute();
  expect(ended).toEqual(Array.from({ length: alerts }, () => ({ outcome: "false-alarm", by: juan })));
  expect(inSecurity()).toEqual([expect.stringContaining(`🏁 Resolved, false alarm: ${together}`)]);
});

const security = "C0SECURITY";
const inSecurity = () => story.sandbox.workspace.messages(security).map(({ blocks }) => readBlocks(blocks));

test("nobody clears themselves in a flood either: Dana's own access stays open, and a stranger to the vault counts for nothing (threat T1)", async () => {
  story = await openStory({ startAt: "2026-11-28T01:13:00Z", yaml: oneIsEnough });
  const danas = { id: "vault-marta", email: "marta@example.com", name: "Marta Vidal" };
  const hers = { id: "vault-dana", email: "dana@example.com", name: "Dana Ruiz" };
  await accesses(
    Array.from({ length: 50 }, (_, n) => ({
      person: n,
      by: "night" as const,
      ...(n === 49 && { as: danas }),
      ...(n === 48 && { as: hers }),
    })),
  );
  await story.press(dana, flood(), "Expected");
  expect(story.told(dana)).toContain("You are not a manager of");
  // Not fifty entries for one click; that she tried to clear herself is one of its own.
  const refused = (await entriesOf(story, "review refused")).map(({ by, reason }) => `${by} ${reason}`);
  expect(refused.toSorted()).toEqual([`${dana} not-a-manager`, `${dana} own-access`]);
  expect(await reviewCount()).toBe(0);
  await story.press(marta, flood(), "Expected");
  expect(story.told(marta)).toMatch(/one is about yourself and stays open/);
  expect(readBlocks(flood().blocks)).toContain("one is open");
});

test("a flood drawn anew after two of its people were erased names neither, and they are two people still", async () => {
  // The story erases by itself, so that no entry accounts for it.
  await floodOf(40, oneIsEnough, true);
  const people = /(\d+) people made/.exec(readBlocks(flood().blocks))?.[1];
  expect(people).toBe(String(covered()));
  await eraseDetailsOf("Person 38", "Person 39");
  await story.press(marta, flood(), "Expected");
  const said = readBlocks(flood().blocks);
  expect(said.match(/Erased person: /g)).toHaveLength(2);
  expect(said).not.toMatch(/\berased: |Person 3[89]:/);
  expect(said).toContain(`${people} people made ${people} accesses`);
});

test("'Show one by one' posts what is open as alerts of their own, at Slack's pace", async () => {
  await floodOf(40);
  const own = story.alerts().length - 1;
  await story.press(marta, flood(), "Show one by one");
  await story.later(2);
  expect(story.alerts().length - 1).toBe(own + covered());
  const posts = story.sandbox.calls.filter((call) => call.method === "chat.postMessage");
  expect(posts.every((call) => call.outcome === "ok")).toBe(true);
});

test("one person who opens a hundred items is one alert and a flood message, not a hundred edits", async () => {
  story = await openStory({ startAt: "2026-11-28T01:13:00Z" });
  for (let second = 0; second < 5; second++) {
    await accesses(Array.from({ length: 20 }, (_, n) => ({ person: 1, by: "night" as const, item: second * 20 + n })));
    story.sandbox.clock.moveBy(500);
  }
  const edits = story.sandbox.calls.filter((call) => call.method === "chat.update");
  expect(edits.length).toBeLessThan(10);
  await story.later(1);
  expect(readBlocks(story.alerts()[0]?.blocks)).toContain("opened 100 items");
});

test("edits keep the workspace's budget whatever happens: never more than 48 in any minute, never a 429", {
  timeout: 60_000,
}, async () => {
  const channels = ["C1EDITS", "C2EDITS", "C3EDITS"];
  const vaults = channels.map(
    (channel, n) => `  - { id: v_${n}, name: Vault ${n}, channel: ${channel}, managers: [marta@example.com] }`,
  );
  story = await openStory({ yaml: `timezone: Europe/Madrid\nvaults:\n${vaults.join("\n")}\n` });
  for (let round = 0; round < 6; round++) {
    const data = channels.flatMap((_, vault) =>
      [0, 1, 2, 3].map((person) =>
        event({ person, by: "day", item: round }, `r${round}v${vault}p${person}`, `v_${vault}`),
      ),
    );
    await story.post(JSON.stringify({ type: "vault.item.accessed", data }));
    await story.settle();
    story.sandbox.clock.moveBy(1_000);
  }
  await story.later(5);
  const edits = story.sandbox.calls.filter((call) => call.method === "chat.update");
  expect(edits.every((call) => call.outcome === "ok")).toBe(true);
  const times = edits.map((call) => call.at.getTime());
  expect(
    Math.max(...times.map((at) => times.filter((other) => other >= at && other < at + 60_000).length)),
  ).toBeLessThanOrEqual(48);
  for (const channel of channels) {
    for (const alert of story.alerts(channel)) expect(readBlocks(alert.blocks)).toContain("opened 6 items");
  }
});

test("a post that arrives half a minute after we gave up on it is removed, and one alert remains (fault 'late accept')", async () => {
  story = await openStory();
  story.sandbox.faults.add({ method: "chat.postMessage", kind: "late-accept", afterMs: 300 });
  await story.reveal({ by: dana });
  await new Promise((resolve) => setTimeout(resolve, 400));
  await story.later(1);
  await story.later(6);
  expect(story.alerts()).toHaveLength(1);
  await story.press(marta, story.alerts()[0] as SandboxMessage, "Expected");
  expect(readBlocks(story.alerts()[0]?.blocks)).toMatch(/^✅ Expected/);
});

interface Access {
  person: number;
  by: "day" | "night";
  item?: number;
  as?: { id: string; email: string; name: string };
}

async function accesses(all: Access[]): Promise<void> {
  const batch = Math.random().toString(36).slice(2);
  const data = all.map((one, n) => event(one, `${batch}-${n}`, "v_cards"));
  await story.post(JSON.stringify({ type: "vault.item.accessed", data }));
  await story.settle();
}

function event({ person, by, item, as }: Access, id: string, vault: string) {
  const now = story.sandbox.clock.now();
  return {
    id,
    action: "reveal",
    occurred_at: by === "day" ? "2026-11-27T10:00:00Z" : now.toISOString(),
    person: as ?? { id: `U${person}`, name: `Person ${person}` },
    vault: { id: vault },
    item: {
      id: item === undefined ? "i_visa" : `i_${item}`,
      title: item === undefined ? "Company Visa" : `Item ${item}`,
    },
  };
}

async function floodOf(people: number, yaml = oneIsEnough, isTamperedWith = false): Promise<void> {
  story = await openStory({ startAt: "2026-11-28T01:13:00Z", yaml, isTamperedWith });
  await accesses(Array.from({ length: people }, (_, person) => ({ person, by: "night" as const })));
}

function flood(): SandboxMessage {
  const found = story.sandbox.workspace.messages(cards).find((message) => message.text.startsWith("Flood: "));
  if (!found) throw new Error("there is no flood message");
  return found;
}

async function eraseDetailsOf(...names: string[]): Promise<void> {
  await inTransaction(story.service.house.store.db, async (tx) => {
    const theirs = await tx.selectFrom("access").select("id").where("actor_name", "in", names).execute();
    expect(
      await eraseDetails(
        tx,
        theirs.map(({ id }) => id),
      ),
    ).toBe(names.length);
  });
}

/** How many alerts the flood message lists. */
function covered(): number {
  return readBlocks(flood().blocks)
    .split("\n")
    .filter((line) => /Person \d+:|Marta Vidal:/.test(line)).length;
}

async function reviewCount(): Promise<number> {
  return (await story.service.house.store.db.selectFrom("review").select("id").execute()).length;
}
