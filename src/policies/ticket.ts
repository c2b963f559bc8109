import type { Intent, WatchedVault } from "../model.ts";
import { readTicket } from "../ticket.ts";

/** Whether a purpose names the ticket that the vault asks for; where none is required, none is missing. */
export function isTicketMissing({ ticket }: Intent, { ticket: rule }: WatchedVault): boolean {
  return rule?.isRequired === true && (ticket === null || readTicket(ticket, rule) === null);
}
