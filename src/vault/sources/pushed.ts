import { hash, timingSafeEqual } from "node:crypto";
import { type Mapping, parseMapped } from "../mapping.ts";
import type { DeliveryContent } from "../parse-webhook.ts";

/**
 * A service or relay that posts what it has in its own shape, and can't sign it: it shows a token instead. That proves less than
 * a signature does, since the token goes along with each delivery; so each source has its own, and can do nothing else with it.
 */
export interface PushedSource {
  name: string;
  /** Names the token without telling it. */
  secretId: string;
  isToken(given: string): boolean;
  /** What its mapping file says, where it has one. */
  mapping?: Mapping;
  /** Media types besides application/json. */
  types: string[];
  /** What a body says, and what of it is kept: never more than we may know. */
  read(body: Buffer, attributes: Record<string, string> | null): { content: DeliveryContent; kept: Buffer };
}

export function pushedBy(
  { name, token }: { name: string; token: string },
  rest: Pick<PushedSource, "mapping" | "types" | "read">,
): PushedSource {
  const digest = hash("sha256", token, "buffer");
  return {
    name,
    secretId: digest.toString("hex").slice(0, 8),
    isToken: (given) => timingSafeEqual(hash("sha256", given, "buffer"), digest),
    ...rest,
  };
}

/** Whatever a mapping file understands; CloudEvents in their structured form are read as they stand. */
export function mappedSource(access: { name: string; token: string }, mapping: Mapping): PushedSource {
  return pushedBy(access, {
    mapping,
    types: ["application/cloudevents+json", "application/cloudevents-batch+json"],
    read: (body) => ({ content: parseMapped(body, mapping), kept: body }),
  });
}
