import { existsSync, readdirSync } from "node:fs";
import { extname } from "node:path";
import { isObject, objectOf, textOf, type Wire } from "./wire.ts";
import type { Workspace } from "./workspace.ts";

const mediaTypes: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};
const pictureTypes: Record<string, string> = { ".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif" };

/** The page's files by the path that asks for them, listed once: no path from a request is ever opened. */
export function pageFiles(): Map<string, { url: URL; type: string }> {
  const folder = new URL("page/", import.meta.url);
  if (!existsSync(folder)) return new Map();
  const named = readdirSync(folder).flatMap((name): [string, { url: URL; type: string }][] => {
    const type = mediaTypes[extname(name)];
    const path = name === "index.html" ? "/" : `/sandbox/${name}`;
    return type === undefined ? [] : [[path, { url: new URL(name, folder), type }]];
  });
  return new Map(named);
}

/** An uploaded picture, which is the only kind of upload that the page shows. */
export function uploadedPicture(workspace: Workspace, path: string): { type: string; bytes: Buffer } | undefined {
  const file = workspace.state.files.get(/^\/sandbox\/files\/(\w+)$/.exec(path)?.[1] ?? "");
  const type = pictureTypes[extname(file?.name ?? "").toLowerCase()];
  if (file?.base64 === undefined || type === undefined) return undefined;
  return { type, bytes: Buffer.from(file.base64, "base64") };
}

/** What the page shows of a file that was shared in a message: a picture by its address here, anything else by its name. */
export function fileForPage(file: Wire): Wire {
  const name = textOf(file.name) ?? "";
  const isPicture = pictureTypes[extname(name).toLowerCase()] !== undefined;
  return {
    name,
    title: textOf(file.title) ?? name,
    altText: textOf(file.alt_txt) ?? "",
    ...(isPicture ? { url: `/sandbox/files/${textOf(file.id)}` } : {}),
  };
}

/** The block with an address for each uploaded picture that it names by id. */
export function withPictures(block: Wire): Wire {
  const file = objectOf(block.slack_file);
  const id = textOf(file.id);
  const { accessory, elements } = block;
  return {
    ...block,
    ...(id === undefined ? {} : { slack_file: { ...file, url: `/sandbox/files/${id}` } }),
    ...(isObject(accessory) ? { accessory: withPictures(accessory) } : {}),
    ...(Array.isArray(elements) ? { elements: elements.map((one) => (isObject(one) ? withPictures(one) : one)) } : {}),
  };
}
