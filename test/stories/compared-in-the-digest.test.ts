import { afterEach, expect, test } from "vitest";
import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { onePassword } from "../../src/vault/sources/one-password.ts";
import type { PolledSource } from "../../src/vault/sources/source.ts";
import { type OnePasswordStandIn, openOnePassword, usage } from "../support/one-password.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, defaultYaml, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
let service: OnePasswordStandIn;
/** Streams whose list isn't answered just now. */
const failing = new Set<string>();
afterEach(async () => {
  failing.clear();
  await story?.stop();
  await service?.close();
});

test("a week of which each day was compared: nothing was missing", async () => {
  await openWeek(["itemusages"]);
  await throughDays(["24", "25", "26", "27", "28", "29", "30"]);
  await story.at(endOfWeek);
  expect(await told()).toMatch(/\. Compared with its own list up to .*: nothing was missing\. Looking at/);
});

test("days whose list couldn't be read in time were not compared, though later ones were", async () => {
  await openWeek(["itemusages"]);
  failing.add("itemusages");
  await throughDays(["24", "25", "26", "27"]);
  failing.clear();
  await throughDays(["27", "28", "29", "30"], "12:00:10");
  await story.at(endOfWeek);
  expect(await told()).toContain(
    "Only 5 of 7 days were compared with its own list: whether anything was missed on the others isn’t known. Looking at",
  );
});

test("of two streams one alone doesn't speak for both", async () => {
  await openWeek(["itemusages", "auditevents"]);
  failing.add("auditevents");
  await throughDays(["24", "25", "26", "27", "28", "29", "30"]);
  await story.at(endOfWeek);
  expect(await told()).toContain(
    "None of 7 days was compared with its own list: whether anything was missed isn’t known. Looking at",
  );
});

test("a stream that couldn't be read from its beginning on counts as well", async () => {
  failing.add("auditevents");
  await openWeek(["itemusages", "auditevents"], "every request");
  await throughDays(["24"]);
  await story.at("2026-11-24T05:00:00Z");
  expect(await told()).toContain("The day that was due wasn’t compared with its own list: whether anything was missed");
});

test("a digest that is drawn anew says what was known when it was made: a stream that was begun a day later takes nothing back", async () => {
  await openWeek(["itemusages"]);
  await compareOn(decemberWeek);
  await story.at("2026-12-07T08:01:00Z");
  expect(digests()).toEqual([expect.stringContaining(": nothing was missing. ")]);
  service.features = ["itemusages", "auditevents"];
  await story.at("2026-12-08T09:00:00Z");
  for (let minutes = 0; minutes < 3; minutes++) await story.later(1);
  expect(service.asked.some(({ stream }) => stream === "auditevents")).toBe(true);
  await readIt();
  expect(digests()).toEqual([expect.stringMatching(/: nothing was missing\. [\s\S]*Read by Marta Vidal/)]);
});

test("a stream that couldn't be read while the digest was made stays uncompared in it when it can be read again", async () => {
  failing.add("auditevents");
  await openWeek(["itemusages", "auditevents"], "every request");
  await compareOn(decemberWeek);
  await story.at("2026-12-07T08:01:00Z");
  expect(digests()).toEqual([expect.stringContaining("None of 7 days was compared with its own list")]);
  failing.clear();
  await story.at("2026-12-08T09:00:00Z");
  for (let minutes = 0; minutes < 3; minutes++) await story.later(1);
  expect(service.asked.some(({ stream }) => stream === "auditevents")).toBe(true);
  await readIt();
  expect(digests()).toEqual([expect.stringMatching(/None of 7 days was compared [\s\S]*Read by Marta Vidal/)]);
});

test("what was missed is counted in one digest, also where digests are due while a day is being compared", async () => {
  await openWeek(["itemusages"], "lists", defaultYaml.replace("Europe/Madrid", "Asia/Kolkata"));
  await compareOn(decemberWeek.slice(0, -1));
  await story.at("2026-12-07T02:58:00Z");
  service.slipIn("itemusages", usage("E0", "2026-12-06T09:30:00Z", { item_uuid: "i_amex" }));
  await compareOn(["2026-12-07"]);
  await story.at("2026-12-07T03:31:00Z");
  await compareOn(["08", "09", "10", "11", "12", "13", "14"].map((day) => `2026-12-${day}`));
  await story.at("2026-12-14T03:31:00Z");
  expect(digests()).toEqual([
    expect.stringContaining(": one access had been missed this week, and came late. "),
    expect.stringContaining(": nothing was missing. "),
  ]);
});

/** Those on which a day of the first digest's week is compared. */
const decemberWeek = ["01", "02", "03", "04", "05", "06", "07"].map((day) => `2026-12-${day}`);

/** From Monday 09:01 in Madrid on, when a week of digests begins. */
async function openWeek(
  features: string[],
  fails: "lists" | "every request" = "lists",
  yaml = defaultYaml,
): Promise<void> {
  service = await openOnePassword();
  service.features = features;
  const { origin, token } = service;
  const source = onePassword({ name: "1password", origin, token, vaultIds: new Set(["v_cards"]) });
  const ask: PolledSource["ask"] = async (question) => {
    const canFail = fails === "every request" || question.body?.includes("end_time");
    const isFailing = canFail && [...failing].some((one) => question.path.endsWith(one));
    return isFailing
      ? { kind: "trouble", trouble: "unavailable", retryAfterSeconds: null, detail: "503" }
      : source.ask(question);
  };
  story = await openStory({
    startAt: "2026-11-23T08:01:00Z",
    yaml: `${yaml}digest: { day: Mon, at: "09:00" }\nsources: [{ kind: 1password, server: "${origin}" }]\n`,
    sources: [{ ...source, ask }],
  });
  await story.later(1);
  service.add("itemusages", usage("E1", "2026-11-23T08:02:10Z"));
  await story.later(1);
}

const endOfWeek = "2026-11-30T07:59:00Z";

async function throughDays(days: string[], time = "03:00:10"): Promise<void> {
  for (const day of days) {
    await compareOn([`2026-11-${day}`], day === "30" ? "03:00:10" : time);
  }
}

async function compareOn(dates: string[], time = "03:00:10"): Promise<void> {
  for (const date of dates) {
    await story.at(`${date}T${time}Z`);
    for (let minutes = 0; minutes < 3; minutes++) await story.later(1);
  }
}

function digestMessages(): SandboxMessage[] {
  return story.sandbox.workspace.messages(cards).filter(({ blocks }) => readBlocks(blocks).includes("[I’ve read it]"));
}

function digests(): string[] {
  return digestMessages().map(({ blocks }) => readBlocks(blocks));
}

async function readIt(): Promise<void> {
  const [digest] = digestMessages();
  if (digest) await story.press(marta, digest, "I’ve read it");
  await story.later(1);
}

async function told(): Promise<string> {
  await story.sandbox.as(marta).command(cards, "/vault", "digest");
  await story.service.idle();
  return story.told(marta);
}
