import { afterAll, beforeAll, expect, test } from "vitest";
import { reviewAnswer } from "../../src/bot/views/answers.ts";
import type { SlackUser } from "../../src/model.ts";
import { review } from "../../src/pipeline/review.ts";
import { readBlocks } from "../support/read-message.ts";
import { dana, defaultYaml, juan, lena, marta, openStory, type Story } from "../support/story.ts";

// RELIABILITY B11: whoever clicks, and however the click comes, nobody clears themselves.

const yaml = defaultYaml.replace("managers: *leads", "managers: [marta@example.com, U02JUAN, U02LENA, U02DANA]");
const sole = `
  - { id: v_sole, name: Servers, channel: C0SERVERS, managers: [marta@example.com], items: [{ id: i_root, title: Root password }] }
`;
let story: Story;
const alerts = new Map<string, { id: string; message: { channel: string; ts: string } }>();

beforeAll(async () => {
  story = await openStory({ yaml: yaml.trimEnd() + sole });
  await story.directory.refreshAll();
  await story.reveal({ by: dana });
  await story.reveal({ by: marta, vaultId: "v_sole", itemId: "i_root" });
  const { db } = story.service.house.store;
  const rows = await db
    .selectFrom("alert")
    .innerJoin("message", "message.subject", "alert.id")
    .select(["alert.id", "alert.vault_id", "message.channel", "message.ts"])
    .where("message.kind", "=", "alert")
    .execute();
  for (const { id, vault_id, channel, ts } of rows) alerts.set(vault_id, { id, message: { channel, ts: ts ?? "" } });
});
afterAll(() => story.stop());

type Change = Partial<SlackUser> | null;
const actors: [string, string, Change, string, string][] = [
  ["the actor", dana, {}, "v_cards", "own-access"],
  ["an alias of the actor", lena, { email: "Dana@Example.com" }, "v_cards", "own-access"],
  ["a guest", juan, { isGuest: true }, "v_cards", "guest"],
  ["a stranger", juan, { isStranger: true }, "v_cards", "stranger"],
  ["a bot", juan, { isBot: true }, "v_cards", "bot"],
  ["somebody deactivated", juan, { isDeactivated: true }, "v_cards", "deactivated"],
  ["somebody whom Slack doesn't know", juan, null, "v_cards", "unknown-clicker"],
  ["the only manager", marta, {}, "v_sole", "own-access"],
];
const ways = ["button", "form", "redelivered click", "race"] as const;

test.each(actors.flatMap((actor) => ways.map((way) => [...actor, way] as const)))(
  "B11: %s (%s %j in %s) is refused as %s by %s, with an answer and an entry",
  async (_who, id, change, vaultId, reason, way) => {
    const { house } = story.service;
    const alert = alerts.get(vaultId);
    if (!alert) throw new Error(`no alert in ${vaultId}`);
    const known = await story.directory.freshUser(id);
    const click = {
      alertId: alert.id,
      revision: 1,
      verdict: way === "form" ? ("suspicious" as const) : ("expected" as const),
      note: way === "form" ? "nobody was in the office" : null,
      clicker: change === null || known === null ? null : { ...known, ...change },
      clickerId: id,
      message: alert.message,
    };
    const before = await refusals();
    const outcomes =
      way === "race"
        ? await Promise.all([review(house, click), review(house, click)])
        : way === "redelivered click"
          ? [await review(house, click), await review(house, click)]
          : [await review(house, click)];
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: "refused", reason });
      expect(readBlocks(reviewAnswer(outcome)?.blocks)).not.toBe("");
    }
    const after = await refusals();
    expect(after.slice(before.length)).toEqual(outcomes.map(() => ({ by: id, reason })));
    expect(await house.store.db.selectFrom("review").selectAll().execute()).toEqual([]);
  },
);

async function refusals(): Promise<{ by: string; reason: string }[]> {
  const { db } = story.service.house.store;
  const rows = await db
    .selectFrom("record")
    .select("payload")
    .where("kind", "=", "review refused")
    .orderBy("seq")
    .execute();
  return rows.map(({ payload }) => {
    const { by, reason } = JSON.parse(String(payload));
    return { by, reason };
  });
}
