import { afterEach, expect, test } from "vitest";
import { onePassword } from "../../src/vault/sources/one-password.ts";
import { audit, type OnePasswordStandIn, openOnePassword, usage } from "../support/one-password.ts";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, defaultYaml, openStory, type Story } from "../support/story.ts";

let story: Story;
let service: OnePasswordStandIn;
afterEach(async () => {
  await story?.stop();
  await service?.close();
});

test("1Password's past is learnt without a sound; what follows rings, and a revoked token is told to the managers", async () => {
  service = await openOnePassword();
  service.add("itemusages", usage("E1", "2026-10-05T09:00:00Z"), usage("E2", "2026-11-20T01:00:00Z"));
  const { origin, token } = service;
  story = await openStory({
    yaml: `${defaultYaml}sources: [{ kind: 1password, server: "${origin}" }]\n`,
    sources: [onePassword({ name: "1password", origin, token, vaultIds: new Set(["v_cards"]) })],
  });
  await story.later(1);
  expect(story.alerts()).toEqual([]);

  await story.command(dana, "paying the hosting invoice from the company card");
  service.add("itemusages", usage("E3", "2026-11-24T09:01:10Z"));
  await story.later(1);
  const [alert, ...more] = story.alerts().map(({ blocks }) => readBlocks(blocks));
  expect(more).toEqual([]);
  expect(alert).toContain("Company Visa");
  expect(alert).toContain("paying the hosting invoice");
  // The October access was learnt from: this isn't the first.
  expect(alert).not.toMatch(/first/i);

  service.add(
    "auditevents",
    audit("A1", { timestamp: "2026-11-24T09:01:30Z", object_type: "user", action: "suspend", object_uuid: "U7DANA" }),
    audit("A2", {
      timestamp: "2026-11-24T09:01:40Z",
      object_type: "uva",
      action: "grant",
      object_uuid: "v_cards",
      aux_uuid: "U9",
      aux_details: { name: "Lena Vogt" },
    }),
  );
  await story.later(1);
  expect(said("🔑")).toEqual([
    expect.stringMatching(
      /U7DANA was suspended by Marta Vidal.*\n?.*Lena Vogt was given access to Company cards by Marta Vidal/s,
    ),
  ]);

  service.token = "another one now";
  await story.later(1);
  expect(said("🔇")).toEqual([]);
  await story.later(3);
  expect(said("🔇")).toEqual([
    expect.stringMatching(/^🔇 1password can’t be read since .*no longer takes our token.*vaultbell doctor/),
  ]);
  expect((await story.service.readiness()).remarks.join()).toContain("doesn't take our token");

  service.token = token;
  service.add("itemusages", usage("E4", "2026-11-24T09:03:00Z"));
  await story.later(11);
  await story.later(1);
  expect(said("🔈")).toEqual([expect.stringMatching(/^🔈 1password is read again, after 1\d min/)]);
  expect(readBlocks(story.alerts()[0]?.blocks ?? [])).toContain("2");
  expect(await kinds()).toEqual([
    "source begun",
    "source caught up",
    "source caught up",
    "source caught up",
    "access history",
    "access history",
    "source unread",
    "source read again",
  ]);
});

const said = (start: string) =>
  story.sandbox.workspace
    .messages(cards)
    .map(({ blocks }) => readBlocks(blocks))
    .filter((words) => words.startsWith(start));

async function kinds(): Promise<string[]> {
  const { rows } = await story.service.house.store.pool.query(
    "select kind from record where kind like 'source%' or kind = 'access history' order by seq",
  );
  return rows.map(({ kind }) => kind);
}
