import type { MessageView } from "./alert.ts";
import { bold, bullets, line, lines, richText, said } from "./rich-text.ts";

/** What "How this works" and `/intent help` say. Three calm sentences first; the commands after. */
export function helpMessage(): MessageView {
  return {
    text: "How this works: when somebody opens an item of a watched vault, its managers see it here and say whether it was expected.",
    blocks: [
      richText(
        lines([
          [
            bold("What makes the bell ring? "),
            said(
              "Somebody opened, copied or exported an item of a vault that is watched; what they read is never sent to Slack.",
            ),
          ],
          [
            bold("Who reads it? "),
            said(
              "The people in the vault’s channel see it, and only its managers can say Expected or Suspicious, never the person themselves.",
            ),
          ],
          [
            bold("And if nothing was wrong? "),
            said("Then a manager presses Expected and that is all: an alert is a question, not a reproach."),
          ],
        ]),
      ),
      richText(
        line(said("Announcing a purpose beforehand answers the question before it is asked:")),
        bullets(COMMANDS.map(([command, does]) => [said(command, { bold: true }), said(` ${does}`)])),
      ),
    ],
  };
}

const COMMANDS: [string, string][] = [
  ["/intent paying licence renewal", "announces it from now on"],
  ["/intent once paying licence renewal", "announces it for one access"],
  ["/intent every month 1-5: bookkeeping", "asks a manager to confirm it for every month"],
  [
    "/intent paying licence renewal for 2h on Company Visa",
    "… for a while and for one item (until 16:00 and tomorrow 9-11 work too)",
  ],
  ["/intent", "opens a form"],
  ["/intent list", "shows what you announced"],
  ["/intent done", "ends it when you have finished; cancel if you never started"],
];
