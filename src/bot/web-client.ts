import { LogLevel, type Logger as SlackLogger, type WebClientOptions } from "@slack/web-api";
import type { Logger } from "pino";

/**
 * How every client of ours calls Slack, also those that Bolt hands to listeners. The SDK's own retries are off: they
 * repeat `chat.postMessage` after a reset, a 500 or a timeout, and the message is there twice (RELIABILITY, fact 1).
 * A new object each time, because the SDK writes into the one that it is given.
 */
export function clientOptions(apiUrl: string | null, log: Logger, token?: () => string): WebClientOptions {
  return {
    ...(token && { fetch: withToken(token) }),
    ...(apiUrl !== null && { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 10_000,
    allowAbsoluteUrls: false,
    logger: slackLogger(log),
  };
}

/** The SDK keeps the token that it was made with: where it shows one, the one of now is shown instead. */
function withToken(token: () => string): typeof fetch {
  return (url, init) => {
    const headers = new Headers(init?.headers);
    if (headers.has("authorization")) headers.set("authorization", `Bearer ${token()}`);
    return fetch(url, { ...init, headers });
  };
}

/**
 * The SDK's log as events in ours. Its debug lines hold whole requests and envelopes, so they are never written
 * (T27); of the rest only the text is kept, cut, on one line.
 */
export function slackLogger(log: Logger): SlackLogger {
  const said = (parts: unknown[]) => ({
    said: parts.map((part) => (part instanceof Error ? part.message : String(part)).slice(0, 300)).join(" "),
  });
  return {
    debug: () => {},
    info: (...parts) => log.debug(said(parts), "Slack's library says"),
    warn: (...parts) => log.warn(said(parts), "Slack's library warns"),
    error: (...parts) => log.warn(said(parts), "Slack's library reports an error"),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}
