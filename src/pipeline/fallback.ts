import { type Mail, outageMail, recoveryMail } from "../bot/views/outage-mail.ts";
import { inTransaction } from "../store/database.ts";
import { endOutage, moveFromClosedChannels, noteOutage, notTold, told, unshownAlerts } from "../store/outages.ts";
import { seal, wake } from "../store/record.ts";
import { type House, watchedVault } from "./house.ts";
import { sealAlone } from "./seal-alone.ts";

/** Sends a mail to these addresses. Rejects when it isn't taken. */
export type SendMail = (mail: Mail, to: string[]) => Promise<void>;

/** A channel that is closed to us for a minute is closed; Slack that shows nothing for two is out. */
export const closedAfterMs = 60_000;
const outAfterMs = 120_000;
const tellAgainAfterMs = 30 * 60_000;

/**
 * DESIGN rule 9: when a channel is gone or Slack refuses us, people hear of that by another road. Alerts of a closed
 * channel are shown in the fallback channel; what can't be shown at all is told by e-mail, once when it begins, every
 * half hour while it grows, and once when it is over. `sendMail`: `null` where no mail server is configured. Returns how many
 * alerts moved.
 */
export async function fallBack(house: House, sendMail: SendMail | null): Promise<number> {
  const { db } = house.store;
  const now = house.clock.now();
  const before = (ms: number) => new Date(now.getTime() - ms);
  const { channel } = house.config.fallback;
  const moved = channel === null ? 0 : await moveTo(house, channel, before(closedAfterMs), now);
  const unshown = await unshownAlerts(db, before(outAfterMs));
  if (unshown.count === 0) {
    const over = await endOutage(db, now);
    if (over) {
      const mail = recoveryMail(over, now, house.config.timezone);
      await tell(house, sendMail, mail, { about: "over", beganAt: over.beganAt, alerts: over.alerts });
    }
    return moved;
  }
  const outage = await noteOutage(db, unshown.count, now, tellAgainAfterMs);
  if (outage) {
    const alerts = unshown.loudest.map((alert) => ({
      ...alert,
      vault: watchedVault(house.config, alert.vaultId)?.name ?? alert.vaultId,
    }));
    house.log.error({ alerts: unshown.count, trouble: alerts[0]?.trouble }, "alerts can't be shown in Slack");
    const mail = outageMail({ beganAt: outage.beganAt, count: unshown.count, alerts }, house.config.timezone);
    const about = { about: "outage", outage: outage.id, beganAt: outage.beganAt, alerts: unshown.count };
    if (await tell(house, sendMail, mail, about)) await told(db, outage.id, unshown.count);
    else await notTold(db, outage.id);
  }
  return moved;
}

async function moveTo(house: House, channel: string, before: Date, now: Date): Promise<number> {
  return inTransaction(house.store.db, async (tx) => {
    const moved = await moveFromClosedChannels(tx, channel, before, now);
    if (moved.length > 0) {
      await seal(tx, now, [{ kind: "alerts moved to the fallback channel", payload: { channel, messages: moved } }]);
      await wake(tx);
    }
    return moved.length;
  });
}

/** False: there was somebody to tell, and the mail server didn't take it. */
export async function tell(
  house: House,
  sendMail: SendMail | null,
  mail: Mail,
  about: Record<string, unknown>,
): Promise<boolean> {
  // Read once: a reload meanwhile changes neither to whom it goes nor what the record says of it.
  const { emails: to } = house.config.fallback;
  if (sendMail === null || to.length === 0) return true;
  const problem = await sendMail(mail, to).then(
    () => null,
    (error: unknown) => ({ error }),
  );
  if (problem === null) house.log.info({ subject: mail.subject }, "told by e-mail");
  else house.log.error(problem, "the mail server didn't take a mail");
  const kind = problem === null ? "fallback mail sent" : "fallback mail refused";
  const payload = { ...about, to };
  await sealAlone(house, { kind, payload });
  return problem === null;
}
