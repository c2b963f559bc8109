/** An RFC 9457 problem document: what is wrong with a request, and what its sender can do. */
export interface Problem {
  type: `urn:vaultbell:problem:${string}`;
  title: string;
  status: number;
  detail: string;
  errors?: Mistake[];
}

export interface Mistake {
  /** A JSON pointer (RFC 6901) into the body: "/data/0/occurred_at". The empty one is the body as a whole. */
  pointer: string;
  detail: string;
}

/** As many mistakes as one answer lists. */
const mistakesShown = 50;
const bodyIsKept = "Nothing of this delivery was taken as an access; its body is kept.";

export const methodNotAllowed: Problem = {
  type: "urn:vaultbell:problem:method-not-allowed",
  title: "Only POST is answered here",
  status: 405,
  detail: "Send access events by POST.",
};

export const mediaTypeNotSupported: Problem = {
  type: "urn:vaultbell:problem:media-type-not-supported",
  title: "The body must be JSON in UTF-8",
  status: 415,
  detail: "Send the header Content-Type: application/json, or a type of CloudEvents.",
};

export const encodingNotSupported: Problem = {
  type: "urn:vaultbell:problem:encoding-not-supported",
  title: "The body must not be compressed",
  status: 415,
  detail: "Send the body as it is, without a Content-Encoding header.",
};

export const bodyTooLarge: Problem = {
  type: "urn:vaultbell:problem:body-too-large",
  title: "The body is larger than 1 MiB",
  status: 413,
  detail: "Send the events in several deliveries of at most 1,048,576 bytes each.",
};

export const bodyTooSlow: Problem = {
  type: "urn:vaultbell:problem:body-too-slow",
  title: "The body took too long to arrive",
  status: 408,
  detail: "Send the delivery again, its body without pauses.",
};

export const headerRepeated: Problem = {
  type: "urn:vaultbell:problem:header-repeated",
  title: "A signature header was sent more than once",
  status: 400,
  detail:
    "Send webhook-id, webhook-timestamp and webhook-signature once each. Several signatures go into one header, separated by spaces.",
};

/** One text whatever failed, so that a forger learns nothing from it. */
export const notAuthentic: Problem = {
  type: "urn:vaultbell:problem:not-authentic",
  title: "The delivery is not signed as agreed",
  status: 401,
  detail:
    "Sign the body as sent, after Standard Webhooks, with one of the secrets in WEBHOOK_SECRETS; send webhook-id (at most 256 visible ASCII characters), webhook-timestamp (Unix seconds, within five minutes of now) and webhook-signature.",
};

/** For doors whose senders can't sign. */
export const noToken: Problem = {
  type: "urn:vaultbell:problem:not-authentic",
  title: "The delivery doesn't show the agreed token",
  status: 401,
  detail: "Send the header Authorization: Bearer, with the token of this source.",
};

export const unavailable: Problem = {
  type: "urn:vaultbell:problem:unavailable",
  title: "The delivery could not be recorded just now",
  status: 503,
  detail: "Send the same delivery again after the time in Retry-After. What was recorded already counts once.",
};

/** The store kept the body, although its accesses looked right to the door. */
export const notRecordable: Problem = {
  type: "urn:vaultbell:problem:not-recordable",
  title: "The delivery could not be taken",
  status: 422,
  detail: `${bodyIsKept} Ask whoever runs this Vaultbell to look at it.`,
};

export const notUtf8: Problem = {
  type: "urn:vaultbell:problem:not-json",
  title: "The body is not UTF-8",
  status: 400,
  detail: `${bodyIsKept} Encode it as UTF-8 and send it again.`,
};

/** The parser's own words are not repeated: they quote the body. */
export const notJson: Problem = {
  type: "urn:vaultbell:problem:not-json",
  title: "The body is not JSON",
  status: 400,
  detail: `${bodyIsKept} Mend it and send it again.`,
};

/** Told before parsing, whether the rest is JSON or not. */
export const nestedTooDeeply: Problem = {
  type: "urn:vaultbell:problem:nested-too-deeply",
  title: "The body is nested deeper than 64 levels",
  status: 400,
  detail: `${bodyIsKept} Send only the fields agreed.`,
};

export function notUnderstood(mistakes: readonly Mistake[]): Problem {
  const more = mistakes.length - mistakesShown;
  const shown = more > 0 ? ` The first ${mistakesShown} of ${mistakes.length} mistakes are listed.` : "";
  return {
    type: "urn:vaultbell:problem:not-understood",
    title: "The body is not an access event as agreed",
    status: 422,
    detail: `${bodyIsKept} Mend what is listed in errors and send it again.${shown}`,
    errors: mistakes.slice(0, mistakesShown),
  };
}
