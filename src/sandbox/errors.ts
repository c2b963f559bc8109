import type { Wire } from "./wire.ts";

/** A refusal by Slack's own name, such as `channel_not_found`; `extra` is what Slack says beside it. */
export class SlackError extends Error {
  readonly code: string;
  readonly extra: Wire;

  constructor(code: string, extra: Wire = {}) {
    super(code);
    this.name = "SlackError";
    this.code = code;
    this.extra = extra;
  }
}
