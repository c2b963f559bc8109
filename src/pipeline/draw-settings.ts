import type { MessageView } from "../bot/views/alert.ts";
import { settingEndedMessage, settingsMessage } from "../bot/views/settings.ts";
import type { WatchedVault } from "../model.ts";
import { proposalStands } from "../policies/proposal.ts";
import type { Message } from "../store/messages.ts";
import { readEndedSubject, readEnding, readProposal } from "../store/settings.ts";
import type { House } from "./house.ts";
import { otherManagers } from "./settings.ts";

/** What was or is to be otherwise in a vault, in its channel; and that the file says something itself now. */
export async function settingsView(
  house: House,
  message: Message,
  vaultOf: (vaultId: string) => WatchedVault,
): Promise<{ view: MessageView; tag: string; redrawAt: Date | null }> {
  const tag = `setting:${message.id}`;
  const endedId = readEndedSubject(message.subject);
  if (endedId !== null) {
    const ending = await readEnding(house.store.db, endedId);
    if (!ending) throw new Error(`the setting ${endedId} is gone, and settings are never deleted`);
    return { view: settingEndedMessage(ending, { vault: vaultOf(ending.vaultId), blockId: tag }), tag, redrawAt: null };
  }
  const proposal = await readProposal(house.store.db, message.subject);
  if (!proposal) throw new Error(`the proposal ${message.subject} is gone, and proposals are never deleted`);
  const vault = vaultOf(proposal.vaultId);
  const stands = proposalStands(proposal, house.clock.now());
  const isOpen = stands.kind === "open";
  const whoCan = isOpen ? await otherManagers(house, vault, proposal.by) : [];
  const view = settingsMessage(proposal, { vault, stands, whoCan, blockId: tag });
  return { view, tag, redrawAt: isOpen ? stands.until : null };
}
