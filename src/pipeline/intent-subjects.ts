/** Messages about an intent beside its announcement, by the names under which the message table knows them. */
export type IntentMessage =
  /** The vault's managers are asked to confirm a recurring purpose for another quarter. */
  | { kind: "renew"; intentId: string; round: number }
  /** The person is told that their recurring purpose has ended. */
  | { kind: "over"; intentId: string; round: number }
  /** No access followed it: its person is asked whether it happened all the same. */
  | { kind: "unused"; intentId: string; round: number }
  /** It did happen, and the vault didn't report it: said to the vault's managers. */
  | { kind: "unreported"; intentId: string; round: number };

export function intentSubject({ kind, intentId, round }: IntentMessage): string {
  return `${kind}:${intentId}:${round}`;
}

/** `null`: the announcement itself, whose name is the intent's id. */
export function readIntentSubject(subject: string): IntentMessage | null {
  const [kind, intentId, round] = subject.split(":");
  if (intentId === undefined || round === undefined) return null;
  if (kind === "renew" || kind === "over" || kind === "unused" || kind === "unreported")
    return { kind, intentId, round: Number(round) };
  throw new Error(`a message about an intent can't be ${subject}`);
}
