import type { Access } from "../model.ts";
import { isLearning } from "./learning.ts";
import { type ContextKind, contextKey, contextsOf } from "./memory.ts";
import type { Known } from "./policy.ts";

/** The value of that kind, if the person was never seen with it, and was seen with another for long enough to tell. */
export function newContext(kind: ContextKind, access: Access, { memory }: Known): string | null {
  const now = contextsOf(access).find((context) => context.kind === kind);
  if (now === undefined || isLearning(memory.since.get(kind), access)) return null;
  const seen = memory.contexts.get(contextKey(kind, now.value));
  return seen === undefined || access.occurredAt < seen.first ? now.value : null;
}
