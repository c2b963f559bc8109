import { ticketPatternProblem } from "../ticket.ts";
import { misread, quoted, type Reading, understood } from "./reading.ts";

/** A regular expression for tickets, of the kind that can't hang the process. */
export function readTicketPattern(written: string): Reading<string> {
  const problem = ticketPatternProblem(written);
  if (problem === null) return understood(written);
  return misread(`the pattern ${quoted(written)} ${problem}`, "^[A-Z]+-\\d+$");
}
