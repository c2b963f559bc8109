import { afterEach, expect, test } from "vitest";
import { inTransaction } from "../../src/store/database.ts";
import { recordApps } from "../../src/store/notices.ts";
import { dana, defaultYaml, juan, lena, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

const servers = `
  - id: v_servers
    name: Servers
    channel: C0SECURITY
    managers: [lena@example.com]
    items: [{ id: i_root, title: Root }]
`.slice(1);

test("whoever answers for one vault isn't told by a question whether somebody was seen in another", async () => {
  story = await openStory({ yaml: `${defaultYaml}${servers}` });
  const asks = [`seen <@${juan}|juan>`, "seen juan@example.com since january"];
  const answers = async () => {
    const told: string[] = [];
    for (const text of asks) {
      await story.vault(lena, text);
      told.push(story.told(lena));
    }
    return told;
  };
  const before = await answers();
  expect(before[0]).toContain("What Juan Soto opened\nNo recorded access.");
  expect(before[0]).toContain("two Slack accounts");
  expect(before[1]).toContain("What juan@example.com opened since 1 January 2026\nNo recorded access.");
  for (const one of before) expect(one).toContain("can’t be seen");
  await story.reveal({ by: juan });
  expect(await answers()).toEqual(before);
  await story.reveal({ by: juan, vaultId: "v_servers", itemId: "i_root" });
  for (const one of await answers()) expect(one).toMatch(/^What Juan Soto opened.*\n• Juan Soto: Root in Servers/);
});

test("people with an old app are named where they were seen or let in; of others it is said how many", async () => {
  const sources = 'sources: [{ kind: 1password, server: "https://events.1password.com" }]\n';
  story = await openStory({ yaml: `${defaultYaml}${servers}${sources}`, isTamperedWith: true });
  const { store, clock } = story.service.house;
  const old = { app: "1Password for Mac", version: "80100000", at: clock.now() };
  const apps = [
    { ...old, identity: "U1", email: "Dana@example.com", name: "Dana Ruiz" },
    { ...old, identity: "U2", email: null, name: "Secret Person" },
    { ...old, identity: "U3", email: null, name: "Let In" },
  ];
  await inTransaction(store.db, (tx) => recordApps(tx, "1password", apps));
  await store.pool.query(
    `insert into notice (source, event_id, kind, occurred_at, received_at, subject_kind, subject_identity, vault_id)
     values ('1password', 'N1', 'granted', now(), now(), 'person', 'U3', 'v_servers')`,
  );
  await story.vault(lena, "who Root");
  expect(story.told(lena)).toContain(
    "report anything, so that nothing is known of what they open in it: Let In (1Password for Mac 8.1.0).",
  );
  expect(story.told(lena)).toContain("So do 2 others, of whom nothing is recorded here.");
  expect(story.told(lena)).not.toMatch(/Secret Person|Dana/);
  await story.reveal({ by: dana });
  await story.vault(marta, "who Company Visa");
  expect(story.told(marta)).toContain("Dana Ruiz (1Password for Mac 8.1.0).");
  expect(story.told(marta)).not.toMatch(/Secret Person|Let In/);
});

test("whom one vault's escalation calls answers for that vault, not for all", async () => {
  const escalate = "    escalate: { after: 15m, to: lena@example.com }\n    hint:";
  const alone = `
  - id: v_salaries
    name: Salaries
    channel: C0SECURITY
    items: [{ id: i_pay, title: Payroll }]
`.slice(1);
  story = await openStory({ yaml: `${defaultYaml.replace("    hint:", escalate)}${alone}` });
  await story.reveal({ by: dana, vaultId: "v_salaries", itemId: "i_pay" });
  await story.reveal({ by: dana });
  await story.vault(lena, "who Payroll");
  expect(story.told(lena)).toContain("I know no item of that name");
  await story.vault(lena, "who Company Visa");
  expect(story.told(lena)).toContain("Dana Ruiz: Company Visa in Company cards");
  await story.vault(lena, "reviewers");
  expect(story.told(lena)).toContain("Only those who answer for all vaults");
  await story.vault(lena, "leaver dana@example.com in Salaries");
  expect(story.told(lena)).not.toMatch(/begun|list.*Salaries/i);
  await story.vault(lena, "digest", "C0SECURITY");
  expect(story.told(lena)).toContain("Only the managers");
  await story.openHome(lena);
  expect(story.home(lena)).not.toContain("How the whole is");
  // Marta stands at the top of the file.
  await story.vault(marta, "who Payroll");
  expect(story.told(marta)).toContain("Dana Ruiz: Payroll in Salaries");
});
