import { expect, test } from "vitest";
import { sourceSilent, sourceSpeaks } from "../../src/bot/views/silence.ts";
import { golden } from "./read-aloud.ts";
import { markupIn, refusals } from "./slack-reading.ts";

const silence = {
  isAsked: false,
  awayMs: 0,
  source: "webhook",
  since: new Date("2026-11-23T02:30:00Z"),
  usualMs: 40 * 60_000,
  usualOn: "weekdays" as const,
  toldAt: new Date("2026-11-24T09:35:00Z"),
};
const common = { zone: "Europe/Madrid", blockId: "silence:1" };

test.each(
  Object.entries({
    silence: sourceSilent(silence, { ...common, managers: ["U02MARTA", "U02JUAN"] }),
    "silence-of-a-service-that-is-asked": sourceSilent(
      { ...silence, source: "1password", isAsked: true, awayMs: 5 * 60 * 60_000 },
      { ...common, managers: ["U02MARTA"] },
    ),
    "silence-of-a-new-source": sourceSilent(
      { ...silence, usualMs: null, usualOn: null, toldAt: new Date("2026-12-02T09:35:00Z") },
      { ...common, managers: ["U02MARTA"] },
    ),
    "silence-over": sourceSpeaks({ ...silence, spokeAt: new Date("2026-11-24T10:35:00Z") }, common),
  }),
)("%s", async (name, message) => {
  expect(refusals(message, "message")).toEqual([]);
  await expect(golden(message)).toMatchFileSnapshot(`../golden/${name}.json`);
});

test.each(["<!channel> *x*", "", "x".repeat(4000)])("a source's name does nothing: %j", (source) => {
  for (const message of [
    sourceSilent({ ...silence, source }, { ...common, managers: [] }),
    sourceSpeaks({ ...silence, source, spokeAt: silence.toldAt }, common),
  ]) {
    expect(refusals(message, "message")).toEqual([]);
    expect(markupIn(message.text)).toEqual([]);
  }
});
