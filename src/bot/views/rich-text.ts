import type { RichTextBlock, RichTextElement, RichTextQuote, RichTextSection } from "@slack/types";
import { sayMoment } from "../../time.ts";
import { clean } from "./text.ts";

/**
 * Rich text, where Slack reads no markup in text: the only home of untrusted words in our messages. Identity is
 * always an element with Slack's own id, never a typed name.
 */

type Style = { bold?: boolean; italic?: boolean; strike?: boolean };

/** Our own words. Slack refuses empty text, so nothing becomes one space. */
export function said(text: string, style?: Style): RichTextElement {
  return { type: "text", text: text === "" ? " " : text, ...(style && { style }) };
}

export const bold = (text: string): RichTextElement => said(text, { bold: true });
export const italic = (text: string): RichTextElement => said(text, { italic: true });

/** Somebody else's words: cleaned and cut. `instead` is shown when nothing is left. */
export function quoted(
  untrusted: string | null,
  maxGraphemes: number,
  instead: string,
  style?: Style,
): RichTextElement {
  return said(clean(untrusted ?? "", maxGraphemes) || instead, style);
}

/** A Slack user. What isn't an id (a hostile server, an old record) is shown as text. */
export function user(id: string, style?: { bold?: boolean }): RichTextElement {
  return SLACK_USER.test(id)
    ? { type: "user", user_id: id, ...(style && { style }) }
    : quoted(id, 40, "somebody", style);
}

const SLACK_USER = /^[UW][A-Z0-9]{1,63}$/;

export function channel(id: string): RichTextElement {
  return /^[CGD][A-Z0-9]{1,63}$/.test(id) ? { type: "channel", channel_id: id } : quoted(id, 80, "the vault’s channel");
}

/** "@Marta, @Juan and @Lena", at most eight of them. */
export function users(ids: string[]): RichTextElement[] {
  const shown = ids.slice(0, 8);
  const rest = ids.length - shown.length;
  return shown.flatMap((id, index) => {
    const isLast = index === shown.length - 1 && rest === 0;
    const before = index === 0 ? [] : [said(isLast ? " and " : ", ")];
    const after = index === shown.length - 1 && rest > 0 ? [said(` and ${rest} more`)] : [];
    return [...before, user(id), ...after];
  });
}

/** An instant that each reader sees in their own zone and language. `zone` is for whoever can't: the fallback names it. */
export function when(instant: Date, zone: string, shown: "day and time" | "time" = "day and time"): RichTextElement {
  return {
    type: "date",
    timestamp: Math.floor(instant.getTime() / 1000),
    format: shown === "time" ? "{time}" : "{date_short_pretty}, {time}",
    fallback: sayMoment(instant, zone, LONG_AGO),
  };
}

/** Seen from here every moment is said with its full date, as long as a message may be read. */
const LONG_AGO = new Date(0);

export function line(...elements: RichTextElement[]): RichTextSection {
  return { type: "rich_text_section", elements };
}

/** Several lines as one section, so that Slack sets them close together. */
export function lines(rows: RichTextElement[][]): RichTextSection {
  return line(...rows.flatMap((row, index) => (index === 0 ? row : [said("\n"), ...row])));
}

export function bullets(rows: RichTextElement[][]): RichTextBlock["elements"][number] {
  return { type: "rich_text_list", style: "bullet", elements: rows.map((row) => line(...row)) };
}

export function quote(...elements: RichTextElement[]): RichTextQuote {
  return { type: "rich_text_quote", elements };
}

export function richText(...elements: RichTextBlock["elements"]): RichTextBlock {
  return { type: "rich_text", elements };
}
