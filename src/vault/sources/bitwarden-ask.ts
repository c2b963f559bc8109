import { askHttp } from "./ask.ts";
import type { Asked, Question } from "./source.ts";

const membersEveryMs = 60 * 60_000;
/** A token is used no longer than it says, less a minute. */
const earlyMs = 60_000;

/**
 * Asks with a token that is got by the client's id and secret and kept until it ends. Each answer about events carries who the members are,
 * since events name people by ids alone; the list is asked for once an hour.
 */
export function bitwardenAsker(access: {
  server: string;
  clientId: string;
  clientSecret: string;
}): (question: Question) => Promise<Asked> {
  const { api, identity } = addressesOf(access.server);
  let token: { text: string; until: number } | null = null;
  let members: { list: unknown; until: number } | null = null;

  async function getToken(): Promise<{ text: string } | Extract<Asked, { kind: "trouble" }>> {
    if (token && token.until > performance.now()) return token;
    const { clientId: client_id, clientSecret: client_secret } = access;
    const form = { grant_type: "client_credentials", scope: "api.organization", client_id, client_secret };
    const question = {
      method: "POST",
      path: identity.path("/connect/token"),
      body: String(new URLSearchParams(form)),
    } as const;
    const asked = await askHttp(identity.origin, question, { "content-type": "application/x-www-form-urlencoded" });
    if (asked.kind === "trouble") {
      // OAuth says 400 to a wrong id or secret.
      return asked.trouble === "position-lost" ? { ...asked, trouble: "refused" } : asked;
    }
    const { access_token: text, expires_in: seconds } = parsed(asked.text);
    if (typeof text !== "string") return notUnderstood("no token in the answer");
    token = { text, until: performance.now() + Number(seconds ?? 3600) * 1_000 - earlyMs };
    return token;
  }

  async function askWith(text: string, path: string): Promise<Asked> {
    const asked = await askHttp(
      api.origin,
      { method: "GET", path: api.path(path), body: null },
      { authorization: `Bearer ${text}` },
    );
    if (asked.kind === "trouble" && asked.trouble === "refused") token = null;
    return asked;
  }

  return async (question) => {
    const got = await getToken();
    if ("kind" in got) return got;
    if (!members || members.until < performance.now()) {
      const asked = await askWith(got.text, "/public/members");
      if (asked.kind === "trouble") return asked;
      members = { list: parsed(asked.text).data ?? [], until: performance.now() + membersEveryMs };
    }
    const asked = await askWith(got.text, question.path);
    if (asked.kind === "trouble") return asked;
    const events = parsed(asked.text);
    return { ...asked, text: JSON.stringify({ events, members: members.list }) };
  };
}

/** Bitwarden's own clouds have a host for each; a server of one's own has folders. */
function addressesOf(server: string): Record<"api" | "identity", { origin: string; path(path: string): string }> {
  const cloud = /^https:\/\/(bitwarden\.(com|eu))$/.exec(server)?.[1];
  const at = (name: string) =>
    cloud
      ? { origin: `https://${name}.${cloud}`, path: (path: string) => path }
      : { origin: server, path: (path: string) => `/${name}${path}` };
  return { api: at("api"), identity: at("identity") };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function notUnderstood(detail: string): Extract<Asked, { kind: "trouble" }> {
  return { kind: "trouble", trouble: "not-understood", retryAfterSeconds: null, detail };
}
