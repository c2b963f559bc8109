import type { Facts } from "./facts.ts";

/** I1: every delivery that was acknowledged is stored byte for byte, and every event counted as new once. */
export async function judgeStored({ vault, server }: Facts): Promise<string[]> {
  const { rows } = await server.query("select encode(body, 'base64') as body from delivery");
  const stored = new Set(rows.map((row) => row.body.replaceAll("\n", "")));
  const problems: string[] = [];
  for (const { messageId, body, events, acknowledgements, refusals } of vault.deliveries) {
    if (acknowledgements.length + refusals > 0 && !stored.has(body.toString("base64")))
      problems.push(`I1: ${messageId} was answered for, and its bytes aren't stored`);
    if (events.length > 0 && refusals > 0)
      problems.push(`I1: ${messageId} is authentic and well formed, and was refused`);
    if (events.length > 0 && acknowledgements.length === 0) problems.push(`I11: ${messageId} was never acknowledged`);
    for (const { accepted, duplicates } of acknowledgements)
      if (accepted + duplicates !== events.length)
        problems.push(`I1: ${messageId} has ${events.length} events, and ${accepted} + ${duplicates} were counted`);
  }
  const accepted = vault.deliveries.flatMap((one) => one.acknowledgements).reduce((sum, one) => sum + one.accepted, 0);
  const distinct = new Set(vault.deliveries.flatMap(({ events }) => events.map(({ n }) => n))).size;
  if (accepted > distinct)
    problems.push(`I1: ${accepted} events were accepted as new, and there were only ${distinct}`);
  return problems;
}
