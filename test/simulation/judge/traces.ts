import { canary } from "../vault.ts";
import type { Facts } from "./facts.ts";

/** I10 and I12: no secret where it doesn't belong, and nothing that is held on to. */
export async function judgeTraces({ slack, log, server, replicas }: Facts): Promise<string[]> {
  const problems: string[] = [];
  const posted = slack.messages.some(({ pictures, metadata }) => JSON.stringify([pictures, metadata]).includes(canary));
  if (posted) problems.push("I10: what only the vault's body held was shown in Slack");
  const logged = log.find((line) => line.includes(canary));
  if (logged) problems.push(`I10: what only the vault's body held was logged: ${logged.slice(0, 200)}`);
  const { rows } = await server.query("select convert_from(payload, 'UTF8') as payload from record");
  if (rows.some(({ payload }) => payload.includes(canary)))
    problems.push("I10: the record holds what only the body held");
  for (const replica of replicas) {
    const held = replica.connectionsInUse();
    if (held > 0) problems.push(`I12: ${replica.name} holds on to ${held} database connections while nothing happens`);
  }
  return problems;
}
