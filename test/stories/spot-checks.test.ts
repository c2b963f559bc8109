import { afterEach, expect, test } from "vitest";
import { readBlocks } from "../support/read-message.ts";
import { entriesOf } from "../support/record-entries.ts";
import { dana, defaultYaml, juan, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const servers = "C0SERVERS";
const yaml = `${defaultYaml.replace("    hint:", "    explained: digest\n    hint:")}
  - id: v_servers
    name: Servers
    channel: ${servers}
    managers: *leads
    spotCheck: 1
    items: [{ id: i_root, title: Root password }]
    escalate: { after: 15m, to: C0SECURITY }
digest: { day: Wed, at: "09:00" }
`;

test("what is explained is only in the digest, until something else joins it; a spot check asks for a verdict all the same", async () => {
  story = await openStory({ yaml });
  await story.command(dana, "paying licence renewal, ACME 40 euro");
  await story.reveal({ by: dana });
  await story.command(lena, "refund for the Lisbon trip, 80 euro");
  await story.reveal({ by: lena, itemId: "i_amex" });
  expect(story.alerts()).toEqual([]);
  await story.command(dana, "done");
  await story.later(2);
  await story.reveal({ by: dana });
  expect(story.alerts().map(({ blocks }) => readBlocks(blocks))).toEqual([
    expect.stringMatching(/^🟡 @U02DANA opened Company Visa twice in Company cards, .* — expected\?/),
  ]);

  await story.command(dana, "renewing the certificate of www, OPS-12", servers);
  await story.reveal({ by: dana, vaultId: "v_servers", itemId: "i_root" });
  const [check] = story.alerts(servers);
  expect(check?.text).toMatch(/^Spot check: Dana .*renewing the certificate/);
  expect(readBlocks(check?.blocks)).toMatch(/^🟢 @U02DANA .* — expected\?[\s\S]*🎲 Spot check: it is explained/);
  await story.openHome(juan);
  expect(story.home(juan)).toMatch(/2 alerts wait for a verdict[\s\S]*🎲 Spot check/);
  await story.later(16);
  expect(story.alerts("C0SECURITY")).toHaveLength(1);
  await story.press(marta, story.alerts(servers)[0] as never, "Expected");
  expect(story.alerts(servers)[0]?.text).toMatch(/^Expected: /);
  const judged = await entriesOf(story, "access judged");
  expect(judged.filter(({ spotCheck }) => spotCheck === true).map(({ state }) => state)).toEqual(["explained"]);

  const digest = async (channel: string) => {
    await story.sandbox.as(marta).command(channel, "/vault", "digest");
    await story.service.idle();
    return story.told(marta);
  };
  const ofCards = await digest("C0CARDS");
  expect(ofCards).toContain("One access is told only here");
  expect(ofCards).not.toContain("Spot checks");
  expect(await digest(servers)).toContain("Spot checks: of what was explained, one access asked for a verdict");
});
