import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";

/**
 * Signatures after Standard Webhooks (https://www.standardwebhooks.com, symmetric scheme `v1`), over the bytes as they
 * came. The `standardwebhooks` package decodes the body as text first, reads the process clock and doesn't say which
 * secret fitted; it serves the tests as an independent sender.
 */
export interface WebhookSecret {
  /** Names the secret in logs and records: the first 8 hex digits of its SHA-256. */
  id: string;
  /** A KeyObject prints as nothing, wherever it may be logged. */
  key: KeyObject;
}

export interface SignatureHeaders {
  "webhook-id": string;
  "webhook-timestamp": string;
  "webhook-signature": string;
}

type Verification =
  | { kind: "authentic"; messageId: string; secretId: string; signedAt: Date }
  /** The part that failed is for our own log; the sender is never told. */
  | { kind: "not-authentic"; failed: "headers" | "timestamp" | "signature" };

const toleranceSeconds = 5 * 60;
/** A header of 8 KiB holds thousands; each costs a comparison, and no sender rotates through so many secrets. */
const signaturesAtMost = 32;

/** `secrets` as the configuration has checked them: `whsec_` and the base64 of 24 to 64 bytes each. */
export function parseSecrets(secrets: readonly string[]): WebhookSecret[] {
  return secrets.map((secret, index) => {
    const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
    const bytes = Buffer.from(encoded ?? "", "base64");
    if (bytes.length < 24 || bytes.length > 64) {
      throw new Error(`Webhook secret ${index + 1} is not "whsec_" and the base64 of 24 to 64 bytes`);
    }
    return { id: createHash("sha256").update(bytes).digest("hex").slice(0, 8), key: createSecretKey(bytes) };
  });
}

/**
 * Says whether `body` was signed with one of the secrets within five minutes of `now`, either way. Does the same work
 * whatever fails and whichever secret fits, so that its duration tells a forger nothing.
 */
export function verify(
  headers: Partial<SignatureHeaders>,
  body: Buffer,
  secrets: readonly WebhookSecret[],
  now: Date,
): Verification {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  const signatures = (headers["webhook-signature"] ?? "").split(" ", signaturesAtMost).map(sha256);

  let secretId: string | null = null;
  for (const secret of secrets) {
    const expected = sha256(signature(secret, id, timestamp, body));
    for (const given of signatures) {
      if (timingSafeEqual(given, expected)) secretId = secret.id;
    }
  }

  if (!/^[\x21-\x7e]{1,256}$/.test(id) || !/^\d{1,12}$/.test(timestamp)) {
    return { kind: "not-authentic", failed: "headers" };
  }
  if (secretId === null) return { kind: "not-authentic", failed: "signature" };
  const nowSeconds = Math.floor(now.getTime() / 1000);
  if (Math.abs(nowSeconds - Number(timestamp)) > toleranceSeconds) {
    return { kind: "not-authentic", failed: "timestamp" };
  }
  return { kind: "authentic", messageId: id, secretId, signedAt: new Date(Number(timestamp) * 1000) };
}

/** The headers with which a sender vouches for `body`. */
export function sign(secret: WebhookSecret, messageId: string, at: Date, body: Buffer): SignatureHeaders {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  return {
    "webhook-id": messageId,
    "webhook-timestamp": timestamp,
    "webhook-signature": signature(secret, messageId, timestamp, body),
  };
}

function signature(secret: WebhookSecret, id: string, timestamp: string, body: Buffer): string {
  return `v1,${createHmac("sha256", secret.key).update(`${id}.${timestamp}.`).update(body).digest("base64")}`;
}

/** Comparing digests gives both sides one length, which `timingSafeEqual` needs. */
function sha256(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
