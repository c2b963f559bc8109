import { afterEach, expect, test } from "vitest";
import { onePassword } from "../../src/vault/sources/one-password.ts";
import type { PolledSource } from "../../src/vault/sources/source.ts";
import { type OnePasswordStandIn, openOnePassword, usage } from "../support/one-password.ts";
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

/** From Monday 09:01 in Madrid on, when a week of digests begins. */
async function openWeek(features: string[], fails: "lists" | "every request" = "lists"): Promise<void> {
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
    yaml: `${defaultYaml}digest: { day: Mon, at: "09:00" }\nsources: [{ kind: 1password, server: "${origin}" }]\n`,
    sources: [{ ...source, ask }],
  });
  await story.later(1);
  service.add("itemusages", usage("E1", "2026-11-23T08:02:10Z"));
  await story.later(1);
}

const endOfWeek = "2026-11-30T07:59:00Z";

async function throughDays(days: string[], time = "03:00:10"): Promise<void> {
  for (const day of days) {
    const at = day === "30" ? "03:00:10" : time;
    await story.at(`2026-11-${day}T${at}Z`);
    for (let minutes = 0; minutes < 3; minutes++) await story.later(1);
  }
}

async function told(): Promise<string> {
  await story.sandbox.as(marta).command(cards, "/vault", "digest");
  await story.service.idle();
  return story.told(marta);
}
