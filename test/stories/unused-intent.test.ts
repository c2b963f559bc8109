import { afterEach, expect, test } from "vitest";
import { answerUnused } from "../../src/pipeline/unused-intents.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, gil, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

test("who announced something that no access followed is asked once, the next morning, whether it happened all the same", async () => {
  story = await openStory({ startAt: "2026-11-24T15:00:00Z" });
  await story.command(dana, "paying licence renewal");
  await story.later(90);
  await story.at("2026-11-25T05:30:00Z");
  expect(questions()).toEqual([]);
  await story.at("2026-11-25T08:01:00Z");
  const [question] = questions();
  if (!question) throw new Error("nobody was asked");
  expect(readBlocks(question.blocks)).toBe(
    "Hello Dana, this is Vaultbell.\nYou announced ‘paying licence renewal’ for Company cards yesterday, and no access was reported in that time.\nDid it happen all the same, offline or another way? Either answer is fine.\nThis helps to notice what the vault doesn’t report: if it happened, #C0CARDS is told so. I ask once.\n[It happened, unreported] [Not needed after all]",
  );

  // Nobody else's click counts; one's own counts once.
  const intent = await story.service.house.store.db.selectFrom("intent").select("id").executeTakeFirstOrThrow();
  const click = {
    intentId: intent.id,
    round: 0,
    answer: "happened" as const,
    message: { channel: question.channel, ts: question.ts },
  };
  const { house } = story.service;
  expect(await answerUnused(house, { ...click, by: gil })).toEqual({ kind: "refused", reason: "not-asked" });
  const elsewhere = { channel: cards, ts: question.ts };
  expect(await answerUnused(house, { ...click, by: dana, message: elsewhere })).toEqual({
    kind: "refused",
    reason: "wrong-message",
  });
  await story.settle();
  expect(lines()).toEqual([]);
  await story.press(dana, question, "It happened, unreported");
  const again = { ...click, by: dana, answer: "not-needed" as const };
  expect(await answerUnused(house, again)).toEqual({ kind: "already", answer: "happened" });
  expect(lines()).toEqual([
    "🕳️ @U02DANA says that ‘paying licence renewal’ (Company cards, announced yesterday) happened, and the vault reported no access.\nNo bell rings for what a vault doesn’t report, an offline view for one. It is counted in no alert.",
  ]);
  expect(readBlocks(questions()[0]?.blocks ?? [])).toMatch(
    /You said that it happened\. Thank you: it is noted, and #C0CARDS is told\.$/,
  );
  await story.at("2026-11-26T10:00:00Z");
  expect(questions()).toHaveLength(1);
  expect(await recorded()).toEqual([
    "unused intent asked",
    "unused intent answer refused",
    "unused intent answer refused",
    "unused intent answered",
    "unused intent answer refused",
  ]);
});

test("a purpose that was used or cancelled asks nothing, nor does any where the house doesn't want it; three a day are enough", async () => {
  story = await openStory();
  await story.command(dana, "paying licence renewal");
  await story.reveal({ by: dana });
  await story.later(61);
  await story.command(dana, "checking the statement");
  await story.command(dana, "cancel");
  for (const purpose of ["refund for the printer", "new card for Lena", "yearly limit check", "invoice 4711 of Acme"]) {
    await story.command(dana, purpose);
    await story.later(1);
    await story.command(dana, "done");
  }
  await story.at("2026-11-25T10:00:00Z");
  expect(questions().map(({ text }) => /‘(.*)’/.exec(text)?.[1])).toEqual([
    "refund for the printer",
    "new card for Lena",
    "yearly limit check",
  ]);
  await story.at("2026-11-26T10:02:00Z");
  expect(questions()).toHaveLength(4);
  // They are in the Home too, until they are answered, there or here.
  await story.openHome(dana);
  expect(story.home(dana)).toMatch(/^Hello Dana\. 4 questions are open to you\.\nDid it happen\?\nYou announced/);
  await story.pressHome(dana, "Not needed after all");
  expect(story.home(dana)).toContain("3 questions are open to you");
  expect(questions().filter(({ blocks }) => readBlocks(blocks).includes("it wasn’t needed after all"))).toHaveLength(1);
  const { id } = story.sandbox.workspace.home(dana) ?? {};
  const asGil = { intentId: "1", round: 0, answer: "happened" as const, by: gil };
  const inHers = { ...asGil, message: { channel: "home", ts: String(id) } };
  expect(await answerUnused(story.service.house, inHers)).toMatchObject({ kind: "refused" });
  await story.stop();

  story = await openStory({ yaml: `${defaultYaml}\nintents: { followUp: off }\n` });
  await story.command(dana, "paying licence renewal");
  await story.at("2026-11-25T10:00:00Z");
  expect(questions()).toEqual([]);
});

function questions() {
  return story.sandbox.workspace.directMessages(dana).filter(({ text }) => text.startsWith("Did it happen?"));
}

function lines(): string[] {
  const all = story.sandbox.workspace.messages(cards).map(({ blocks }) => readBlocks(blocks));
  return all.filter((text) => text.startsWith("🕳️"));
}

async function recorded(): Promise<string[]> {
  const rows = await story.service.house.store.db
    .selectFrom("record")
    .select("kind")
    .where("kind", "like", "unused intent%")
    .orderBy("seq")
    .execute();
  return rows.map(({ kind }) => kind);
}
