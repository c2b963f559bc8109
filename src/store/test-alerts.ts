import type { ClientBase } from "pg";

/** How far a test has come on its way to the managers and back. */
export interface TestProgress {
  /** "unwatched" when the configuration that judged it doesn't watch its vault; `null`: not judged yet. */
  outcome: string | null;
  isShown: boolean;
  /** What keeps Slack from showing it, in Slack's word. */
  trouble: string | null;
  /** Who pressed Expected: the name, else the Slack user's id. */
  pressedBy: string | null;
}

/** `null`: the door didn't record it. */
export async function testProgress(
  client: Pick<ClientBase, "query">,
  { vaultId, itemId, eventId }: { vaultId: string; itemId: string; eventId: string },
): Promise<TestProgress | null> {
  const { rows } = await client.query<TestProgress>(
    `select assessment.outcome, message.ts is not null as "isShown", message.trouble,
            coalesce(slack_user.name, first.by) as "pressedBy"
       from access
       left join assessment on assessment.access_id = access.id
       left join alert_access on alert_access.access_id = access.id
       left join message on message.kind = 'alert' and message.subject = alert_access.alert_id
       left join lateral (select by from review where review.alert_id = alert_access.alert_id and verdict = 'expected'
                             and review.revision >= alert_access.revision order by id limit 1) as first on true
       left join slack_user on slack_user.id = first.by
      where access.vault_id = $1 and access.item_id = $2 and access.event_id = $3
      order by message.ts nulls last limit 1`,
    [vaultId, itemId, eventId],
  );
  return rows[0] ?? null;
}
