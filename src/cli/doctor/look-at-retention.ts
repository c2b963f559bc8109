import type { Check } from "../../bot/checks.ts";
import type { Config } from "../../config.ts";
import { overdueOf } from "../../pipeline/retention.ts";
import type { Db } from "../../store/database.ts";
import { oldestNotErased } from "../../store/erasing.ts";
import { good, sayAge, warning } from "./say.ts";

const secondsOfDay = 24 * 60 * 60;

/** Whether what is over its time goes: what is kept for more than a day too long has something in its way, or is very much. */
export async function lookAtRetention(db: Db, config: Config, now: Date): Promise<Check[]> {
  const all = overdueOf(config, now);
  const checks: Check[] = [];
  for (const overdue of all) {
    const oldest = await oldestNotErased(db, overdue);
    const behindSeconds = oldest === null ? 0 : (overdue.before.getTime() - oldest.getTime()) / 1000;
    if (behindSeconds < secondsOfDay) continue;
    const what = overdue.vaultId === null ? overdue.what : `${overdue.what} of ${overdue.vaultId}`;
    const finding = `${what} are kept ${sayAge(behindSeconds)} longer than they should`;
    const remedy =
      "Start Vaultbell; if it runs, it erases a little at a time, and /readyz and its log say what is in the way (“could not be erased”).";
    checks.push(warning("retention", finding, remedy));
  }
  return checks.length > 0 || all.length === 0 ? checks : [good("retention", "what is over its time is erased")];
}
