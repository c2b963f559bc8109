import type { ProposalStands, SettingProposal } from "../model.ts";

/** A proposal that nobody answered for so long is no longer what anybody has in mind. */
const openMs = 7 * 24 * 60 * 60_000;

/** Whether it holds, waits, or is over, and by whom. */
export function proposalStands({ at, weakens, answer }: SettingProposal, now: Date): ProposalStands {
  if (answer !== null) return answer;
  if (weakens.length === 0) return { kind: "in-force" };
  const until = new Date(at.getTime() + openMs);
  return now < until ? { kind: "open", until } : { kind: "lapsed", since: until };
}
