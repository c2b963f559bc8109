import { expect, test } from "vitest";
import {
  sourceGap,
  sourceMissed,
  sourceReadAgain,
  sourceReadInPart,
  sourceUnread,
} from "../../src/bot/views/source.ts";
import type { Trouble } from "../../src/model.ts";
import { golden } from "./read-aloud.ts";
import { markupIn, refusals } from "./slack-reading.ts";

const unread = { source: "1password", since: new Date("2026-11-24T08:30:00Z"), trouble: "refused" as Trouble };
const day = {
  source: "1password",
  from: new Date("2026-11-23T00:00:00Z"),
  until: new Date("2026-11-24T00:00:00Z"),
};
const common = { zone: "Europe/Madrid", blockId: "source:1" };

test.each(
  Object.entries({
    "source-unread": sourceUnread(unread, common),
    "source-gap": sourceGap(
      { ...unread, until: new Date("2026-11-24T09:50:00Z"), foundAt: new Date("2026-11-24T09:55:00Z") },
      common,
    ),
    "source-gap-of-unknown-size": sourceGap(
      { ...unread, since: null, until: null, foundAt: new Date("2026-11-24T09:55:00Z") },
      common,
    ),
    "source-missed": sourceMissed({ ...day, missed: 3 }, common),
    "source-missed-one": sourceMissed({ ...day, missed: 1 }, common),
    "source-read-in-part": sourceReadInPart({ ...unread, feed: "auditevents" }, common),
    "source-read-again": sourceReadAgain({ ...unread, overAt: new Date("2026-11-24T10:35:00Z") }, common),
  }),
)("%s", async (name, message) => {
  expect(refusals(message, "message")).toEqual([]);
  await expect(golden(message)).toMatchFileSnapshot(`../golden/${name}.json`);
});

test.each<Trouble>(["refused", "not-allowed", "limited", "unavailable", "not-understood", "position-lost"])(
  "%s is said with what comes of it, and a source's name does nothing",
  (trouble) => {
    for (const source of ["<!channel> *x*", "", "x".repeat(4000)]) {
      const message = sourceUnread({ ...unread, source, trouble }, common);
      expect(refusals(message, "message")).toEqual([]);
      expect(markupIn(message.text)).toEqual([]);
    }
  },
);
