import { afterEach, expect, test } from "vitest";
import { cards, dana, marta, newest, openStage, type Stage, said, ways } from "./stage.ts";

let stage: Stage;
afterEach(() => stage?.close());

for (const way of ways) {
  const nothing = way === "HTTP" ? undefined : {};

  test(`${way}: a purpose announced at once, seen in the channel, explains the access; Expected, and undone`, async () => {
    stage = await openStage(way);
    await stage.command(dana, "paying licence renewal");
    expect(stage.told(dana)?.words).toContain("Noted: ");
    expect(stage.shown("paying licence renewal")).toHaveLength(1);
    await stage.later(14);
    await stage.reveal("dana");
    expect(alert()).toContain("announced 'paying licence renewal' 14 min before");
    await stage.click(marta, "Expected");
    expect(alert()).toMatch(/^✅ Expected/);
    await stage.click(marta, "Undo");
    expect(alert()).toContain("[Expected] [Suspicious]");
    await stage.click(marta, "Expected");
    await stage.later(11);
    await stage.click(marta, "Re-open");
    expect(alert()).toContain("[Expected] [Suspicious]");
    expect(stage.slack.messages).toHaveLength(2);
  });

  test(`${way}: a purpose announced by the form, with an error under its field first`, async () => {
    stage = await openStage(way);
    await stage.command(dana, "");
    const inputs = { intent_purpose: "paying licence renewal", intent_window: "until yesterday" };
    expect(await stage.submit(dana, inputs)).toMatchObject({
      response_action: "errors",
      errors: { intent_window: expect.any(String) },
    });
    expect(stage.shown("paying licence renewal")).toHaveLength(0);
    expect(await stage.submit(dana, { ...inputs, intent_window: "for 2h" })).toEqual(nothing);
    expect(stage.shown("paying licence renewal")).toHaveLength(1);
    expect(stage.told(dana)).toMatchObject({ road: "ephemeral", words: expect.stringContaining("10:00–12:00") });
    await stage.reveal("dana");
    expect(alert()).toContain("announced 'paying licence renewal'");
  });

  test(`${way}: Suspicious asks for a sentence, and shows it`, async () => {
    stage = await openStage(way);
    await stage.reveal("dana");
    await stage.click(marta, "Suspicious");
    expect(await stage.submit(marta, { suspicious_note: "  " })).toMatchObject({
      errors: { suspicious_note: expect.any(String) },
    });
    expect(await stage.submit(marta, { suspicious_note: "Dana is on holiday." })).toEqual(nothing);
    expect(alert()).toContain("Dana is on holiday.");
    expect(alert()).toMatch(/^🚩 Suspicious/);
  });

  test(`${way}: who opened it is refused, privately, by the response URL where there is one and in the channel where not`, async () => {
    stage = await openStage(way);
    await stage.reveal("dana");
    await stage.click(dana, "Expected");
    expect(stage.told(dana)).toEqual({
      road: "ephemeral",
      words: expect.stringContaining("opened this item yourself"),
    });
    expect(alert()).toContain("[Expected] [Suspicious]");
    await stage.close();
    stage = await openStage(way, { givesResponseUrls: true, clickTells: "container" });
    await stage.reveal("dana");
    await stage.click(dana, "Expected");
    expect(stage.told(dana)).toEqual({
      road: "response_url",
      words: expect.stringContaining("opened this item yourself"),
    });
  });

  test(`${way}: a further access edits the message; an old picture's button counts for what it showed`, async () => {
    stage = await openStage(way);
    await stage.reveal("dana");
    const old = structuredClone(newest(stage.shown("Company Visa")));
    await stage.reveal("dana", "i_amex");
    expect(stage.slack.messages).toHaveLength(1);
    expect(alert()).toContain("opened 2 items");
    await stage.click(marta, "Expected", old);
    expect(stage.told(marta)?.words).toContain("Recorded for what you saw");
    expect(alert()).toContain("[Expected] [Suspicious]");
  });

  test(`${way}: the menu's answers are for whoever asked`, async () => {
    stage = await openStage(way);
    await stage.reveal("dana");
    await stage.click(marta, "Details");
    expect(stage.told(marta)?.words).toContain("Source webhook, event ");
    await stage.click(marta, "How this works");
    expect(stage.told(marta)?.words).toContain("/intent");
  });

  test(`${way}: the same click delivered twice counts once, and the second is told nothing false`, async () => {
    stage = await openStage(way);
    await stage.reveal("dana");
    const sent = await stage.slack.click(marta, newest(stage.shown("Company Visa")), "Expected");
    await stage.settle();
    await sent.again();
    await stage.settle();
    expect(await reviews()).toHaveLength(1);
    expect(alert()).toMatch(/^✅ Expected/);
  });

  test(`${way}: the list, Done by its button, and a command that can't be understood`, async () => {
    stage = await openStage(way);
    await stage.command(dana, "paying licence renewal for 2h");
    await stage.command(dana, "list");
    const list = newest(stage.slack.told);
    expect(said(list)).toContain("You have announced 1 purpose");
    await stage.slack.click(dana, { channel: cards, ts: "1.1", blocks: list.blocks }, "Done");
    await stage.settle();
    await stage.reveal("dana");
    expect(alert()).not.toContain("min before");
    await stage.command(dana, "paying until 9:00");
    expect(stage.told(dana)?.words).toContain("/intent");
  });
}

function alert(): string {
  return said(newest(stage.slack.messages.filter((one) => said(one).includes("Company cards,"))));
}

async function reviews() {
  return stage.service.house.store.db.selectFrom("review").selectAll().execute();
}
