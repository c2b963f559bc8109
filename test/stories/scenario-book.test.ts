import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { idOf, lengthOf, openedOf, readMoments, yamlOf } from "../scenarios/play.ts";
import { readPage, type WrittenCase } from "../scenarios/read-page.ts";
import { readBlocks } from "../support/read-message.ts";
import { dana, juan, lena, marta, openStory, type Story } from "../support/story.ts";

/**
 * Some of the scenario book, through the whole bot: the command is typed, the signed webhook goes through the door, and what is
 * checked is what stands in the channel and what the buttons answer. Which ones: those that people can act out here, every fifth.
 */

const folder = join(import.meta.dirname, "..", "scenarios");
const playable = readdirSync(folder)
  .filter((file) => file.endsWith(".yaml"))
  .flatMap((file) => readPage(join(folder, file)).cases.filter(canBePlayed));
const cases = playable.filter((_, place) => place % 5 === 0);

function canBePlayed(written: WrittenCase): boolean {
  const people = Object.entries(written.people ?? {});
  return (
    written.by === undefined &&
    written.told === undefined &&
    written.snoozed === undefined &&
    written.earlier === undefined &&
    written["vault's clock"] === undefined &&
    // What is announced when the alert stands already changes no judgement that was made.
    !written.says?.some((part) => part.includes("after it was reported")) &&
    people.every(
      ([name, one]) => name === "Dana" && !one["in slack"] && !one["slack status"] && !/Mars/.test(one.zone ?? ""),
    ) &&
    (written.announced ?? []).every(
      (one) => !one.from && !one.until && !one.vault && !one["has explained"] && !one.used && !one.ticket && !one.every,
    )
  );
}

let story: Story;
afterEach(() => story?.stop());

test("a tenth of the book and more is played here", () => {
  expect(cases.length).toBeGreaterThanOrEqual(15);
});

test.each(cases)("$name", async (written) => {
  const yaml = yamlOf(withZones(written));
  const reading = parseConfig(yaml, "case.yaml");
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  const moments = readMoments(reading.config.vaults[0]?.timezone ?? "UTC");
  const { title, at } = openedOf(written.opened, moments);
  const received = new Date(at.getTime() + (written.reported === undefined ? 1000 : lengthOf(written.reported)));
  const steps = [
    ...(written.announced ?? []).flatMap(({ purpose, at: announced, done, cancelled }) => [
      { at: moments(announced), act: () => story.command(dana, purpose) },
      ...((done ?? cancelled)
        ? [{ at: moments(done ?? cancelled ?? ""), act: () => story.command(dana, done ? "done" : "cancel") }]
        : []),
    ]),
    { at: received, act: () => reveal(written, title, at) },
  ].toSorted((a, b) => +a.at - +b.at);
  const first = steps[0]?.at ?? at;
  story = await openStory({ startAt: new Date(Math.min(+first, +at) - 1000).toISOString(), yaml });
  for (const step of steps) {
    if (step.at > story.sandbox.clock.now()) await story.at(step.at.toISOString());
    await step.act();
  }

  const [alert, ...others] = story.alerts();
  expect(others).toEqual([]);
  const lead = { explained: "Explained", unexplained: "Unexplained", unusual: "Looks unusual" }[
    written.shown.split(",")[0] ?? ""
  ];
  expect(alert?.text.split(":")[0]).toBe(lead);
  const read = readBlocks(alert?.blocks);
  for (const part of written.says ?? []) expect(read).toContain(part);
  for (const part of written["doesn't say"] ?? []) expect(read.split("\n> ")[1]?.split("\n")[0]).not.toContain(part);
  if (!alert) return;
  for (const name of Object.keys(written["may not judge"] ?? {})) {
    await story.press(idsOf[name] ?? "", alert, "Expected");
    expect(story.alerts()[0]?.text.split(":")[0]).toBe(lead);
  }
  await story.press(marta, alert, "Expected");
  expect(story.alerts()[0]?.text.split(":")[0]).toBe("Expected");
});

const idsOf: Record<string, string> = { Dana: dana, Lena: lena, Juan: juan, Marta: marta };

/** In the stand-in workspace everybody lives in Madrid; where a case says otherwise, the configuration does. */
function withZones(written: WrittenCase): WrittenCase {
  const people = Object.entries(written.people ?? {}).map(([name, { zone, ...one }]) => [
    name,
    { ...one, timezone: one.timezone ?? zone ?? "Europe/Madrid" },
  ]);
  const inTheVault = (written.vault?.timezone ?? "Europe/Madrid") as string;
  const everybody = { Dana: { timezone: inTheVault } };
  return { ...written, people: { ...everybody, ...Object.fromEntries(people) } };
}

async function reveal(written: WrittenCase, title: string, occurredAt: Date): Promise<void> {
  await story.reveal({
    by: dana,
    vaultId: "company_cards",
    itemId: idOf(title),
    occurredAt,
    ...(written.act !== undefined && { action: written.act }),
  });
}
