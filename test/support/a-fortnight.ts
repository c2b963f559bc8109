import type { SandboxMessage } from "../../src/sandbox/types.ts";
import { readBlocks } from "./read-message.ts";
import { cards, dana, defaultYaml, gil, juan, lena, marta, type Story } from "./story.ts";

/** The ordinary vault with all that leads to decisions of people. */
export const fortnightYaml = `${defaultYaml.replace(
  "    hint:",
  `    escalate: { after: 15m, to: C0SECURITY }
    whatNow: { call: Marta, steps: [Freeze the card, Order a new one] }
    hint:`,
)}digest: { day: Mon, at: "09:00" }\n`;

/**
 * Two weeks in which nearly everything is decided that people decide: purposes announced, ended, used and not used, alerts judged,
 * answered, escalated and called suspicious with all that follows, a snooze, a setting that two agree on, questions, a leaver's list, a digest.
 */
export async function aFortnight(story: Story): Promise<void> {
  const { sandbox, service, settle } = story;
  const done = async () => {
    await service.idle();
    await settle();
  };
  const vault = async (who: string, text: string) => {
    await sandbox.as(who).command(cards, "/vault", text);
    await done();
  };
  const submit = async (who: string, typed: Record<string, string>) => {
    const view = String(sandbox.workspace.views(who).at(-1)?.id);
    await sandbox
      .as(who)
      .submit(view, Object.fromEntries(Object.entries(typed).map(([id, value]) => [id, { [id]: value }])));
    await done();
  };
  const choose = async (who: string, message: SandboxMessage, action: string, values: string[]) => {
    await sandbox.as(who).choose(message, action, values);
    await done();
  };
  const messageWith = (words: string, channel = cards): SandboxMessage => {
    const found = sandbox.workspace.messages(channel).findLast(({ blocks }) => readBlocks(blocks).includes(words));
    if (!found) throw new Error(`no message in ${channel} says ${words}`);
    return found;
  };
  const newest = (): SandboxMessage => {
    const alert = story.alerts().findLast(({ blocks }) => readBlocks(blocks).includes("[Suspicious]"));
    if (!alert) throw new Error("no alert asks for a verdict");
    return alert;
  };

  await story.command(dana, "paying licence renewal on Company Visa");
  await story.reveal({
    by: dana,
    location: { country: "ES" },
    ip: "203.0.113.7",
    client: { app: "Browser", device: "Laptop of Dana" },
  });
  await story.later(3);
  await story.reveal({
    by: dana,
    itemId: "i_amex",
    location: { country: "ES" },
    ip: "203.0.113.8",
    client: { app: "Browser", device: "Laptop of Dana" },
  });
  await story.command(dana, "done");
  await story.later(40);
  await story.reveal({
    by: juan,
    itemId: "i_amex",
    location: { country: "FR" },
    ip: "2001:db8:1::7",
    client: { app: "Browser", device: "Phone of Juan" },
  });
  await story.press(marta, newest(), "I’m looking into it");
  await story.press(marta, newest(), "Expected");
  await story.later(45);
  await story.reveal({ by: lena });
  await story.press(lena, messageWith("[That was me]", "D02LENA"), "That was me");
  await submit(lena, { ask_text: "paying the hosting invoice" });
  await story.later(16);
  await story.press(marta, newest(), "Suspicious");
  await submit(marta, { suspicious_note: "nobody was in the office" });
  const card = messageWith("What now?");
  await choose(marta, card, "what_now_steps", ["step:0"]);
  await choose(juan, card, "what_now_steps", ["step:0", "step:1"]);
  await story.press(juan, messageWith("What now?"), "Resolve…");
  await submit(juan, { resolve_note: "the bank sends a new card", resolve_outcome: "leaked-and-rotated" });

  await story.at("2026-11-25T09:00:00Z");
  await vault(marta, "snooze Company cards until Fri 18:00 because stocktaking");
  const offered = sandbox.workspace.ephemerals(marta).at(-1);
  if (offered) await story.press(marta, offered, "Snooze it");
  await story.reveal({ by: gil, action: "copy" });
  await vault(marta, "snooze end");
  await story.openHome(marta);
  await story.pressHome(marta, "Settings");
  await submit(marta, { "setting:policies.new-device": "warning" });
  await story.openHome(juan);
  await story.pressHome(juan, "Settings");
  await submit(juan, { "setting:policies.new-device": "off" });
  const proposed = sandbox.workspace.messages(cards).findLast(({ blocks }) => readBlocks(blocks).includes("[Confirm]"));
  if (proposed) await story.press(marta, proposed, "Confirm");
  await vault(marta, "who Company Visa since January");
  await vault(juan, `seen <@${dana}|dana>`);
  await story.reveal({ by: juan, itemId: "i_amex", action: "edit" });
  await vault(marta, `leaver <@${lena}|lena>`);
  const list = messageWith("What to rotate when");
  type Choice = { element?: { action_id?: string; options?: { value: string }[] }; elements?: Choice["element"][] };
  const boxes = (list.blocks as Choice[])
    .flatMap(({ element, elements }) => [element, ...(elements ?? [])])
    .find((one) => one?.options?.some(({ value }) => value.startsWith("place:")));
  if (boxes?.action_id) await choose(marta, list, boxes.action_id, [boxes.options?.[0]?.value ?? ""]);
  await story.command(gil, "every month 1-5: bookkeeping, card statement");
  await story.press(juan, messageWith("[Confirm]"), "Confirm");
  await story.command(juan, "once paying the invoice of the printer for 1h");

  await story.at("2026-11-30T08:01:00Z");
  await story.command(dana, "renewing the domain for 1h");
  await story.reveal({
    by: dana,
    location: { country: "ES" },
    ip: "203.0.113.9",
    client: { app: "Browser", device: "Laptop of Dana" },
  });
  await story.reveal({
    by: dana,
    itemId: "i_amex",
    location: { country: "ES" },
    ip: "203.0.113.9",
    client: { app: "Browser", device: "Laptop of Dana" },
  });
  await story.at("2026-12-07T08:01:00Z");
  await story.press(marta, messageWith("🗓️ The week"), "I’ve read it");
}
