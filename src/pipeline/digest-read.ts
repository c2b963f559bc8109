import type { DigestReadOutcome } from "../bot/ports.ts";
import type { SlackUser } from "../model.ts";
import { vaultsOfChannel } from "../policies/digest-channels.ts";
import { mayManage } from "../policies/eligibility.ts";
import { inTransaction } from "../store/database.ts";
import { readDigest, recordDigestRead } from "../store/digests.ts";
import { messagesOf, wantAllAnew } from "../store/messages.ts";
import { seal, wake } from "../store/record.ts";
import type { House } from "./house.ts";
import { rolesOf } from "./roles.ts";

export interface DigestClick {
  digestId: string;
  clicker: SlackUser | null;
  clickerId: string;
  message: { channel: string; ts: string };
}

/** Edits are scarce: whoever reads it at the same time shares one. */
const editPauseMs = 5_000;

/** Somebody who answers for one of its vaults, or for all, has read a digest. That others have is nobody's business. */
export async function digestWasRead(house: House, click: DigestClick): Promise<DigestReadOutcome> {
  const digest = await readDigest(house.store.db, click.digestId);
  const shown = await messagesOf(house.store.db, "digest", click.digestId);
  const isOurs = shown.some(({ channel, ts }) => channel === click.message.channel && ts === click.message.ts);
  const { clicker } = click;
  const standing = digest && isOurs ? await standingOf(house, digest.channel, clicker) : "no-such-digest";
  const now = house.clock.now();
  return inTransaction(house.store.db, async (tx) => {
    const refuse = (reason: string) => {
      const payload = { digest: click.digestId, by: click.clickerId, reason };
      return seal(tx, now, [{ kind: "digest read refused", payload }]);
    };
    if (standing !== "ok" || !clicker || !digest) {
      const reason = standing === "ok" ? "unknown-clicker" : standing;
      await refuse(reason);
      return { kind: "refused", reason };
    }
    const read = { digestId: digest.id, slackUserId: clicker.id, name: clicker.name, at: now };
    if (!(await recordDigestRead(tx, read))) {
      await refuse("already");
      return { kind: "already" };
    }
    await wantAllAnew(tx, "digest", [{ subject: digest.id, pauseMs: editPauseMs }], now);
    await seal(tx, now, [{ kind: "digest read", payload: { digest: digest.id, by: clicker.id } }]);
    await wake(tx);
    return { kind: "noted" };
  });
}

/** Whether they manage one of the channel's vaults or answer for all; else the reason that the first of these gives. */
async function standingOf(
  house: House,
  channel: string,
  clicker: SlackUser | null,
): Promise<ReturnType<typeof mayManage>> {
  let first: ReturnType<typeof mayManage> | null = null;
  for (const vault of vaultsOfChannel(house.config, channel)) {
    const managerSlackIds = await house.people.managerIds(vault);
    const one = mayManage({
      clicker,
      vault,
      managerSlackIds,
      managerEmails: [],
      homeTeamId: house.people.homeTeamId(),
    });
    if (one === "ok") return one;
    first ??= one;
  }
  const isLead = first === "not-a-manager" && clicker !== null && (await rolesOf(house, clicker)).isLead;
  return isLead ? "ok" : (first ?? "not-a-manager");
}
