import { storableId, storableText } from "./storable-text.ts";

interface ItemName {
  id: string;
  title: string;
  vaultId: string | null;
}

export type NamesReading = { ok: true; names: ItemName[]; skipped: number } | { ok: false; problem: string };

/**
 * Titles of items from a JSON array, as `op item list --format json` and `bw list items` print it, or of `{ id, title, vault }`.
 * Nothing else of it is read: such lists may hold secrets.
 */
export function readNames(text: string): NamesReading {
  const list = parsed(text);
  if (!Array.isArray(list)) return { ok: false, problem: 'it is no JSON array, such as [{ "id": "…", "title": "…" }]' };
  const names = new Map<string, ItemName>();
  for (const entry of list) {
    const name = nameOf(entry);
    if (name) names.set(name.id, name);
  }
  if (list.length > 0 && names.size === 0) return { ok: false, problem: "none of its entries has an id and a title" };
  return { ok: true, names: [...names.values()], skipped: list.filter((entry) => nameOf(entry) === null).length };
}

function nameOf(entry: unknown): ItemName | null {
  if (typeof entry !== "object" || entry === null) return null;
  const { id, title, name, vault, collectionIds } = entry as Record<string, unknown>;
  const called = [title, name].find((one) => typeof one === "string" && one.trim() !== "");
  const known = typeof id === "string" ? storableId(id) : null;
  if (known === null || typeof called !== "string") return null;
  const inside = typeof vault === "object" && vault !== null ? (vault as Record<string, unknown>).id : vault;
  const [collection] = Array.isArray(collectionIds) ? collectionIds : [];
  const vaultId = [inside, collection].find((one) => typeof one === "string" && one !== "");
  return {
    id: known,
    title: storableText(called.trim()).slice(0, 400),
    vaultId: typeof vaultId === "string" ? storableId(vaultId) : null,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
