import type { Pictures } from "../bot/pictures.ts";
import { digestPicture } from "../bot/views/digest-picture.ts";
import { inTransaction } from "../store/database.ts";
import { beginPicture, digestsWithoutPicture, pictureFailed, pictureUploaded } from "../store/digest-pictures.ts";
import { seal } from "../store/record.ts";
import type { House } from "./house.ts";

/** A week later nobody looks for it. */
const worthItMs = 24 * 60 * 60_000;
const attempts = 4;
const againAfterMs = 10 * 60_000;

/**
 * Puts the picture of each digest that Slack shows into its thread: as well as it can be done, and once. An upload whose outcome
 * nobody knows isn't made again, one that Slack certainly hasn't taken is, some minutes later; the digest is complete without it.
 */
export async function sendPictures(house: House, pictures: Pictures): Promise<number> {
  const { db } = house.store;
  const now = house.clock.now();
  const trying = { failedBefore: new Date(now.getTime() - againAfterMs), attempts };
  let sent = 0;
  for (const digest of await digestsWithoutPicture(db, new Date(now.getTime() - worthItMs), trying)) {
    const { id, channel, ts, period, facts, attempt } = digest;
    const picture = digestPicture(facts);
    const png = await pictures.draw(picture);
    if (png === null) return sent;
    if (!(await beginPicture(db, id, attempt, now))) continue;
    try {
      const filename = `week-${period}.png`;
      const outcome = await pictures.upload(png, { channel, threadTs: ts, filename, picture });
      if (outcome.kind === "failed") {
        const { trouble } = outcome;
        await inTransaction(db, (tx) => pictureFailed(tx, id, { attempt, trouble, at: house.clock.now() }));
        house.log.warn({ digestId: id, channel, attempt, trouble }, "a digest's picture was not taken");
        continue;
      }
      const { fileId } = outcome;
      await inTransaction(db, async (tx) => {
        const at = house.clock.now();
        await pictureUploaded(tx, id, fileId, at);
        await seal(tx, at, [{ kind: "digest picture uploaded", payload: { digest: id, file: fileId } }]);
      });
      sent += 1;
    } catch (error) {
      house.log.warn({ digestId: id, channel, error }, "a digest's picture could not be uploaded; it goes without");
    }
  }
  return sent;
}
