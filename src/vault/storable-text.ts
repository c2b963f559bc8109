import { createHash } from "node:crypto";

const textLength = 2_000;
const idLength = 512;

/**
 * A text as reported, at most 2,000 code points of it. PostgreSQL's `text` holds neither U+0000 nor lone surrogates;
 * both are shown as U+FFFD, so that no authentic event is lost to them. The exact text stays in the raw body.
 */
export function storableText(text: string): string {
  // No code point has more than two units: what lies beyond twice the length is cut without being counted.
  const storable = withoutUnstorable(text.length <= textLength ? text : text.slice(0, 2 * textLength));
  return storable.length <= textLength ? storable : Array.from(storable).slice(0, textLength).join("");
}

/**
 * An id as reported, or `null` when it has no or more than 512 code points. An id that PostgreSQL couldn't hold is
 * replaced by a readable one with a digest of the exact id behind it: two ids never become one, and nobody escapes an
 * alert by an odd name.
 */
export function storableId(id: string): string | null {
  if (id.length === 0 || id.length > 2 * idLength) return null;
  if (id.length > idLength && Array.from(id).length > idLength) return null;
  const storable = withoutUnstorable(id);
  if (storable === id) return id;
  const digest = createHash("sha256").update(Buffer.from(id, "utf16le")).digest("hex");
  return `${storable}#${digest.slice(0, 16)}`;
}

function withoutUnstorable(text: string): string {
  return text.isWellFormed() && !text.includes("\u0000") ? text : text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}
