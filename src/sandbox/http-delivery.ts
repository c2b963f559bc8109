import { createHmac } from "node:crypto";
import { acknowledgeWithinMs, type Deliver, type Envelope } from "./delivery.ts";
import { SlackError } from "./errors.ts";

/** Delivery by HTTP, signed as Slack signs: v0, HMAC-SHA256 over `v0:timestamp:body`. */
export function deliverByHttp(url: string, signingSecret: string): Deliver {
  return async (envelope) => {
    const { body, contentType } = written(envelope);
    // The receiver compares with the machine's clock, which is also what the real Slack's network knows.
    const timestamp = String(Math.floor(Date.now() / 1000));
    const response = await fetch(url, {
      method: "POST",
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(acknowledgeWithinMs),
      headers: {
        "content-type": contentType,
        "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": signature(signingSecret, timestamp, body),
      },
    }).catch((cause: unknown) => {
      const isLate = cause instanceof Error && cause.name === "TimeoutError";
      throw new SlackError(isLate ? "operation_timeout" : "dispatch_failed");
    });
    if (!response.ok) throw new SlackError("dispatch_failed", { status: response.status });
    return acknowledgement(await response.text());
  };
}

export function signature(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
}

function written(envelope: Envelope): { body: string; contentType: string } {
  const form = "application/x-www-form-urlencoded";
  switch (envelope.type) {
    case "slash_commands": {
      const fields = Object.entries(envelope.payload).map(([name, value]): [string, string] => [name, String(value)]);
      return { body: new URLSearchParams(fields).toString(), contentType: form };
    }
    case "interactive":
      return {
        body: new URLSearchParams({ payload: JSON.stringify(envelope.payload) }).toString(),
        contentType: form,
      };
    case "events_api":
      return { body: JSON.stringify(envelope.payload), contentType: "application/json" };
  }
}

/** An answer is JSON or, for a command, the plain text to show. */
function acknowledgement(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return { text };
  }
}
