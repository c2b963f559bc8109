import type { ModalView } from "@slack/types";
import { readTrouble } from "../slack-error.ts";
import { formNotOpened } from "../views/answers.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click, Command } from "./payload.ts";

/**
 * Opens a form, and says so when Slack doesn't: the trigger serves once and lives three seconds, and not every server
 * has forms. Nothing is recorded by then, so trying again is safe.
 */
export async function openForm(
  view: ModalView,
  { triggerId, place }: Command | Click,
  { client, tell, log }: ListenerParts,
  instead: Parameters<typeof formNotOpened>[0],
): Promise<void> {
  try {
    await client.views.open({ trigger_id: triggerId ?? "", view });
  } catch (error) {
    log.warn({ code: readTrouble(error).code, user: place.user }, "Slack opened no form");
    await tell(place, formNotOpened(instead));
  }
}
