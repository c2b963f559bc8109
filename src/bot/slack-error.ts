import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError } from "@slack/web-api";

/** What a failed call means for what Slack shows. */
export type SlackTrouble =
  /** Slack did nothing, and asks us to wait. */
  | { kind: "later"; code: string; afterMs: number }
  /** Slack did nothing, and won't until somebody mends something. */
  | { kind: "refused"; code: string }
  /** The message that was to be edited is no longer there. */
  | { kind: "gone"; code: string }
  /** Slack did nothing, because it can't read our blocks. */
  | { kind: "unreadable"; code: string }
  /** Slack may or may not have done it. */
  | { kind: "unsure"; code: string };

const ambiguous = new Set(["fatal_error", "internal_error", "request_timeout", "service_unavailable"]);
const gone = new Set(["message_not_found", "cant_update_message", "edit_window_closed"]);
const unreadable = new Set([
  "invalid_blocks",
  "invalid_blocks_format",
  "msg_blocks_too_long",
  "msg_too_long",
  "invalid_metadata_format",
]);
const waitWithoutWord = 30_000;

/**
 * Reads an error of `@slack/web-api` by SLACK.md's table ("Posting once"). Whatever isn't known to be harmless is
 * "unsure": a reset, a timeout, a 5xx, a body that can't be read.
 */
export function readTrouble(error: unknown): SlackTrouble {
  if (error instanceof WebAPIRateLimitedError)
    return { kind: "later", code: "ratelimited", afterMs: waitFor(error.retryAfter) };
  if (error instanceof WebAPIPlatformError) return readCode(error.data.error);
  if (error instanceof WebAPIHTTPError) return { kind: "unsure", code: `http_${error.statusCode}` };
  // The SDK turns a 429 whose Retry-After is missing or no number into a plain error.
  if (error instanceof Error && error.message.startsWith("Retry header did not contain")) {
    return { kind: "later", code: "ratelimited", afterMs: waitWithoutWord };
  }
  return { kind: "unsure", code: error instanceof Error ? nameOf(error) : "unknown" };
}

/** What Slack's own words for errors look like. The SDK puts a body that isn't JSON, whole, where the word should be. */
const slackWord = /^[a-z][a-z0-9_]{1,80}$/;

function readCode(code: string): SlackTrouble {
  if (!slackWord.test(code)) return { kind: "unsure", code: "unreadable_answer" };
  if (code === "ratelimited" || code === "rate_limited") return { kind: "later", code, afterMs: waitWithoutWord };
  if (ambiguous.has(code)) return { kind: "unsure", code };
  if (gone.has(code)) return { kind: "gone", code };
  if (unreadable.has(code)) return { kind: "unreadable", code };
  return { kind: "refused", code };
}

/** Honoured to the letter, from "at once" on; a wait of more than a day is asked about again after a day. */
function waitFor(seconds: number): number {
  return Math.min(Math.max(seconds, 0), 86_400) * 1000;
}

function nameOf(error: Error): string {
  const original = "original" in error && error.original instanceof Error ? error.original : error;
  const cause = original.cause instanceof Error ? original.cause : original;
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.name;
}
