import type { Review } from "../model.ts";
import type { Withdrawal } from "../policies/standing.ts";
import { recordReview } from "../store/alerts.ts";
import type { Tx } from "../store/database.ts";
import type { RecordEntry } from "../store/record.ts";

/** Writes what a withdrawal comes to, a review for each verdict that goes, or one for all. Returns what goes on the record: as many. */
export async function withdraw(
  tx: Tx,
  withdrawal: Withdrawal,
  { alertId, revision, by, at }: Pick<Review, "alertId" | "revision" | "by" | "at">,
): Promise<RecordEntry[]> {
  const verdict = withdrawal.kind;
  const entries: RecordEntry[] = [];
  for (let left = withdrawal.kind === "undone" ? withdrawal.verdicts : 1; left > 0; left--) {
    const review = await recordReview(tx, { alertId, revision, verdict, by, note: null, at });
    entries.push({ kind: "review", payload: { review, alert: alertId, revision, verdict, by } });
  }
  return entries;
}
