import { plain } from "../views/alert-actions.ts";
import type { ListenerParts } from "./parts.ts";
import type { Click } from "./payload.ts";
import type { Tell } from "./tell.ts";

/** "Older", "Newer": another page of the reader's own record. Which pages there are is told by the page itself. */
export async function homeTurned(click: Click, { homes }: ListenerParts): Promise<void> {
  const page = /^\d{1,6}$/.test(click.value) ? Number(click.value) : 0;
  await homes.open(click.place.user, { page });
}

/**
 * A Home has no place for answers that only its reader sees: they come in a small window over it, and where Slack opens none, by
 * the ways in which everybody is answered.
 */
export function tellInForm({ triggerId }: Click, { client, tell }: Pick<ListenerParts, "client" | "tell">): Tell {
  return async (to, message, how) => {
    const view = {
      type: "modal" as const,
      title: plain("Vaultbell"),
      close: plain("Close"),
      blocks: message.blocks,
    };
    try {
      await client.views.open({ trigger_id: triggerId ?? "", view });
    } catch {
      await tell(to, message, how);
    }
  };
}
