import { isUtf8 } from "node:buffer";
import { hash } from "node:crypto";
import type { ReportedAccess } from "../../model.ts";
import { type Part, readId, readInstant, readPart, readText, toPart } from "../json-part.ts";
import { type Mistake, notJson, notUnderstood, notUtf8 } from "../problem.ts";
import { parseInstant } from "../rfc3339.ts";
import { askFile, readTailAnswer } from "./file-tail.ts";
import { type PushedSource, pushedBy } from "./pushed.ts";
import type { Page, PolledSource } from "./source.ts";

/**
 * What HashiCorp Vault's and OpenBao's audit devices write: two JSON lines for each request, of which the response counts, since
 * only then something was read. The values in it are HMACs, or secrets where somebody set log_raw: none is read, and of the
 * lines only what is used is kept.
 */
export function hashicorpRelay(access: { name: string; token: string }, vaultIds: ReadonlySet<string>): PushedSource {
  return pushedBy(access, {
    types: ["application/x-ndjson", "application/ndjson", "text/plain"],
    read: (body) => {
      if (!isUtf8(body)) return { content: { kind: "not-understood", problem: notUtf8 }, kept: Buffer.alloc(0) };
      const { accesses, strange, isJson } = readLines(linesOf(body.toString()), vaultIds);
      const kept = Buffer.from(JSON.stringify(accesses));
      if (!isJson) return { content: { kind: "not-understood", problem: notJson }, kept };
      const mistakes = strange.flatMap((one) => one.mistakes);
      return mistakes.length > 0
        ? { content: { kind: "not-understood", problem: notUnderstood(mistakes) }, kept }
        : { content: { kind: "accesses", accesses }, kept };
    },
  });
}

/** The same, read from the file that the device writes. It is begun at its end: what it held before is history of the disk. */
export function hashicorpFile({
  name,
  file,
  vaultIds,
}: {
  name: string;
  file: string;
  vaultIds: ReadonlySet<string>;
}): PolledSource {
  return {
    name,
    origin: file,
    secretId: "file",
    expiresAt: null,
    introspect: null,
    ask: (question) => askFile(file, question.body),
    feeds: [
      {
        name: "audit",
        everyMs: 5_000,
        keptDays: 0,
        isNeeded: true,
        ask: (position) => ({ method: "GET", path: "", body: position }),
        read: (text, { position: before }) => {
          const tail = readTailAnswer(text);
          if (!tail) return null;
          const { position, hasMore, gap } = tail;
          const lines = linesOf(tail.text);
          const { accesses, strange: found } = readLines(lines, vaultIds);
          const strange = found.map((one) => ({
            ...one,
            mark: markOf(`${before} ${one.line}`, lines[one.line] ?? ""),
          }));
          const kept = JSON.stringify(accesses);
          const page: Page = { position, hasMore, accesses, notices: [], apps: [], kept, strange };
          return gap ? { ...page, gap: { ...gap, until: timeOf(lines[0] ?? "") } } : page;
        },
      },
    ],
  };
}

/** A relay may post lines, or a JSON list of them, each as an object or as a text within one (`message`, `log`). */
function linesOf(text: string): string[] {
  const whole = parsed(text);
  if (Array.isArray(whole)) return whole.map(written);
  return text.split("\n").filter((line) => line.trim() !== "");
}

function readLines(lines: string[], vaultIds: ReadonlySet<string>) {
  const accesses: ReportedAccess[] = [];
  const strange: (Page["strange"][number] & { line: number })[] = [];
  let isJson = true;
  for (const [index, line] of lines.entries()) {
    const value = inside(parsed(line));
    const mistakes: Mistake[] = [];
    if (value === undefined) {
      isJson = false;
      mistakes.push({ pointer: `/${index}`, detail: "is not JSON" });
    }
    const entry = value === undefined ? null : toPart(value, `/${index}`, mistakes);
    const access = entry && readEntry(entry, vaultIds);
    // What a line says isn't kept where it isn't understood: it may be a secret. That there was one is.
    if (mistakes.length > 0) strange.push({ event: { line: index }, line: index, mistakes });
    else if (access) accesses.push(access);
  }
  return { accesses, strange, isJson };
}

/** Of a line that isn't kept: it tells two apart, by what they say and where they stood, and says nothing of either. */
function markOf(place: string, line: string): string {
  return hash("sha256", `${place}\n${line}`);
}

/** When a line was written, as it says itself. */
function timeOf(line: string): Date | null {
  const value = parsed(line);
  const { time } = (typeof value === "object" && value !== null ? value : {}) as { time?: unknown };
  return typeof time === "string" ? parseInstant(time) : null;
}

function inside(value: unknown): unknown {
  if (typeof value !== "object" || value === null || "request" in value) return value;
  const { message, log } = value as Record<string, unknown>;
  const text = [message, log].find((one) => typeof one === "string" && one.startsWith("{"));
  return typeof text === "string" ? parsed(text) : value;
}

const acts: Record<string, string> = {
  read: "read",
  create: "create",
  update: "update",
  patch: "update",
  delete: "delete",
};

/** `null`: it opens or changes no secret of anybody's. */
function readEntry(entry: Part, vaultIds: ReadonlySet<string>): ReportedAccess | null {
  const isAnswered = entry.object.type === "response" && (entry.object.error ?? "") === "";
  if (!isAnswered) return null;
  const request = readPart(entry, "request", "required");
  const auth = readPart(entry, "auth", "optional");
  const operation = String(request?.object.operation ?? "");
  const path = readText(request, "path") ?? "";
  const action = Object.hasOwn(acts, operation) ? acts[operation] : undefined;
  if (!request || action === undefined || isInternal(path)) return null;
  const namespace = readText(readPart(request, "namespace", "optional"), "path") ?? "";
  const secret = `${namespace}${logicalPath(path, request.object.mount_type, readText(request, "mount_point"))}`;
  return {
    eventId: readId(request, "id", "required") ?? "",
    action,
    occurredAt: readInstant(entry, "time"),
    actor: actorOf(auth),
    vault: { id: vaultOf(secret, vaultIds), name: null },
    item: { id: secret, title: secret, version: null, category: null },
    client: { app: null, version: null, platform: null, device: null },
    ip: readText(request, "remote_address"),
    location: { country: null, city: null },
  };
}

/** Vault's own housekeeping, and what only the token itself can see. */
function isInternal(path: string): boolean {
  return /^(sys|auth|identity|cubbyhole)(\/|$)/.test(path);
}

/** The second version of the key-value engine puts `data` between mount and name; `metadata` holds no secret, and is another path. */
function logicalPath(path: string, mountType: unknown, mountPoint: string | null): string {
  if (mountType !== "kv" && mountType !== undefined) return path;
  // A mount may have slashes in its name, and tells it.
  const data = mountPoint === null ? null : `${mountPoint.replace(/\/?$/, "/")}data/`;
  if (data !== null && path.startsWith(data)) return data.slice(0, -"data/".length) + path.slice(data.length);
  return path.replace(/^([^/]+)\/data\//, "$1/");
}

/** The longest watched path that the secret lies under; otherwise its mount. */
function vaultOf(secret: string, vaultIds: ReadonlySet<string>): string {
  const above = [...vaultIds].filter((id) => secret === id || secret.startsWith(id.endsWith("/") ? id : `${id}/`));
  return above.toSorted((a, b) => b.length - a.length)[0] ?? secret.split("/")[0] ?? secret;
}

function actorOf(auth: Part | null): ReportedAccess["actor"] {
  const metadata = auth ? readPart(auth, "metadata", "optional") : null;
  const name = plain(readText(auth, "display_name"));
  const address = isOfOwnMaking(name)
    ? []
    : [
        plain(readText(metadata, "email")),
        plain(readText(metadata, "username")),
        name?.replace(/^[a-z]+-/, "") ?? null,
      ];
  return {
    vaultIdentity: readId(auth, "entity_id", "optional") ?? name ?? "nobody named",
    email: address.find((one) => one?.includes("@")) ?? null,
    name,
  };
}

/** Who makes a token from another one chooses what it is called and what its metadata say: somebody else's address, for one. */
function isOfOwnMaking(name: string | null): boolean {
  return name !== null && /^token(-|$)/.test(name);
}

/** An HMAC tells the same from not the same, and is nobody's name. */
function plain(text: string | null): string | null {
  return text === null || text.startsWith("hmac-sha256:") ? null : text;
}

/** What is nested too deeply to be written anew is no line that anybody understands. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "nested too deeply";
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
