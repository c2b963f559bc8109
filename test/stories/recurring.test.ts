import { afterEach, expect, test } from "vitest";
import { readBlocks } from "../support/read-message.ts";
import { cards, dana, gil, juan, marta, openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

test("what comes every month is confirmed by a manager, explains from then on for a quarter, and is asked for again", async () => {
  story = await openStory({ startAt: "2026-12-01T09:00:00Z" });
  await story.command(marta, "every month 1-5: bookkeeping, card statement");
  expect(story.told(marta)).toBe(
    "Noted: ‘bookkeeping, card statement’ for Company cards, every month, 1–5, Madrid time. It explains nothing yet: a manager of the vault is asked in #C0CARDS to confirm it, and then it counts for three months.\n[Cancel]",
  );
  expect(proposal().text).toBe(
    "Marta Vidal asks for a recurring purpose: ‘bookkeeping, card statement’ for Company cards, every month, 1–5, Madrid time",
  );
  await story.later(5);
  await story.reveal({ by: marta });
  expect(alertText()).toMatch(/^Unexplained: .*, recurring, but no manager had confirmed it by then$/);

  // Nobody confirms their own; nobody does who isn't a manager. Both are answered, and on the record.
  await story.press(marta, proposal(), "Confirm");
  expect(story.told(marta)).toBe("This purpose is your own, so somebody else must confirm it. @U02JUAN can.");
  await story.press(dana, proposal(), "Confirm");
  expect(story.told(dana)).toMatch(/^You are not a manager of Company cards\. /);
  await story.press(gil, proposal(), "Confirm");
  expect(await recorded("recurring intent answer refused")).toBe(3);

  await story.press(juan, proposal(), "Confirm");
  expect(readBlocks(proposal().blocks)).toMatch(/Confirmed by Juan .* until 1 Mar\.$/);
  await story.later(60);
  await story.reveal({ by: marta });
  expect(alertText()).toMatch(
    /^Explained: .*Marta announced 'bookkeeping, card statement', every month, 1–5 \(recurring, confirmed by Juan until 1 Mar\)/,
  );
  await story.command(marta, "list");
  expect(story.told(marta)).toContain("every month, 1–5, confirmed until 1 Mar");

  await story.at("2027-02-16T09:00:00Z");
  const renewal = story.sandbox.workspace.messages(cards).at(-1);
  if (!renewal) throw new Error("nobody was asked");
  expect(readBlocks(renewal.blocks)).toMatch(
    /That ends on 1 Mar\. Shall it go on for three more months\?\n@U02JUAN can say so\.\n\[Renew\] \[Let it end\]$/,
  );
  await story.press(juan, renewal, "Renew");
  await story.at("2027-05-02T09:00:00Z");
  await story.reveal({ by: marta });
  expect(alertText()).toMatch(/confirmed by Juan until 1 Jun/);

  // Nobody renews it: it ends, and Marta hears of it.
  await story.at("2027-06-01T10:00:00Z");
  await story.at("2027-06-01T10:05:00Z");
  const direct = story.sandbox.workspace.directMessages(marta).at(-1);
  expect(direct?.text).toMatch(
    /^Your recurring purpose ‘bookkeeping, card statement’ .* ended on 1 Jun: nobody renewed it\./,
  );
  await story.reveal({ by: marta });
  expect(alertText()).toMatch(/^Unexplained: /);
});

test("a declined one never counts; in the form it needs a vault, and days that there are", async () => {
  story = await openStory();
  await story.command(dana, "");
  const view = story.sandbox.workspace.views(dana).at(-1) as { id: string };
  const submit = (recurring: string, vault: string) =>
    story.sandbox.as(dana).submit(view.id, {
      intent_purpose: { intent_purpose: "bookkeeping, card statement" },
      intent_vault: { intent_vault: vault },
      intent_recurring: { intent_recurring: recurring },
    });
  expect(await submit("every month 32", "v_cards")).toEqual({
    errors: { intent_recurring: "A month has the days 1 to 31." },
  });
  expect(await submit("every weekday", "*")).toMatchObject({
    errors: { intent_vault: expect.stringContaining("choose one") },
  });
  expect(await submit("every weekday", "v_cards")).toEqual({});
  await story.service.idle();
  await story.settle();
  await story.press(juan, proposal(), "Decline");
  expect(readBlocks(proposal().blocks)).toMatch(/Declined\.$/);
  await story.later(5);
  await story.reveal({ by: dana });
  expect(alertText()).toMatch(/^Unexplained: .*no manager had confirmed it by then$/);
});

function proposal() {
  const found = story.sandbox.workspace.messages(cards).find(({ text }) => text.includes("recurring purpose"));
  if (!found) throw new Error("nothing was proposed");
  return found;
}

function alertText(): string {
  const alerts = story.alerts(cards).filter(({ text }) => / opened /.test(text));
  return alerts.at(-1)?.text ?? "";
}

async function recorded(kind: string): Promise<number> {
  const rows = await story.service.house.store.db.selectFrom("record").select("seq").where("kind", "=", kind).execute();
  return rows.length;
}
