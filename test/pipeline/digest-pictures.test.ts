import { afterAll, beforeAll, expect, test } from "vitest";
import type { PictureOutcome, Pictures } from "../../src/bot/pictures.ts";
import { sendPictures } from "../../src/pipeline/digest-pictures.ts";
import { inTransaction } from "../../src/store/database.ts";
import { recordDigest } from "../../src/store/digests.ts";
import { someFacts } from "../bot/digest-builders.ts";
import { openStage, type Stage } from "./stage.ts";

let stage: Stage;
const madeAt = new Date("2026-11-30T08:00:10Z");

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

async function aDigest(channel: string): Promise<void> {
  const hours = [{ weekday: 1, hour: 9, explained: 1, unexplained: 0, afterHours: 0 }];
  await inTransaction(stage.store.db, async (tx) => {
    const id = await recordDigest(tx, {
      channel,
      period: "2026-11-30",
      startsAt: new Date("2026-11-23T08:00:00Z"),
      endsAt: new Date("2026-11-30T08:00:00Z"),
      missed: null,
      madeAt,
      facts: someFacts({ hours }),
      head: { seq: "1", hash: Buffer.alloc(32) },
      alertIds: [],
    });
    const message = {
      kind: "digest",
      subject: id ?? "",
      channel,
      ts: "1.1",
      urgency: 0,
      behind_since: madeAt,
      due_at: madeAt,
    };
    await tx
      .insertInto("message")
      .values({ ...message, kind: "digest" })
      .execute();
  });
}

/** Slack answers as it is told to, and counts how often it was asked. */
function answering(answer: () => PictureOutcome): Pictures & { asked: number } {
  const pictures = {
    asked: 0,
    draw: async () => Buffer.from("png"),
    upload: async () => {
      pictures.asked += 1;
      return answer();
    },
  };
  return pictures;
}

const house = (minutes: number) => ({
  ...stage.houseOf(),
  clock: { now: () => new Date(madeAt.getTime() + minutes * 60_000) },
});

test("a picture that Slack certainly hasn't taken is sent again ten minutes later, four times at most", async () => {
  await aDigest("C0ONE");
  const refusing = answering(() => ({ kind: "failed", trouble: "fatal" }));
  for (const minute of [1, 2, 10, 12, 13, 23, 34, 45, 56]) await sendPictures(house(minute), refusing);
  expect(refusing.asked).toBe(4);
  const { rows } = await stage.store.pool.query("select attempt, trouble from digest_picture_failure order by attempt");
  expect(rows.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
});

test("of two replicas one sends it again, and what was taken is never sent twice", async () => {
  await aDigest("C0TWO");
  await sendPictures(
    house(1),
    answering(() => ({ kind: "failed", trouble: "ratelimited" })),
  );
  const taking = answering(() => ({ kind: "uploaded", fileId: "F1" }));
  await Promise.all([sendPictures(house(12), taking), sendPictures(house(12), taking)]);
  await sendPictures(house(30), taking);
  expect(taking.asked).toBe(1);
});

test("one whose outcome nobody knows is left alone", async () => {
  await aDigest("C0THREE");
  const silent = answering(() => {
    throw new Error("Slack said nothing");
  });
  for (const minute of [1, 12, 30]) await sendPictures(house(minute), silent);
  expect(silent.asked).toBe(1);
});
