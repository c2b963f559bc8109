import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { SlackError } from "./errors.ts";
import { failOnPurpose, limited, type Outcome, send } from "./failing.ts";
import type { Faults } from "./faults.ts";
import { bodyOf } from "./http.ts";
import { methods } from "./methods/all.ts";
import type { Method, World } from "./methods/method.ts";
import type { Pace } from "./pace.ts";
import type { ApiCall } from "./types.ts";
import { isObject, textOf, type Wire } from "./wire.ts";

const mostCalls = 10_000;

export interface WebApi {
  answer(request: IncomingMessage, response: ServerResponse, method: string): Promise<void>;
  readonly calls: ApiCall[];
  log(method: string, args: Wire, outcome: string): void;
}

/** The Web API: who calls, whether they may, at which pace; then the method; and the faults that were ordered. */
export function startWebApi(world: World, faults: Faults, pace: Pace): WebApi {
  const calls: ApiCall[] = [];
  const { workspace } = world;
  const log = (method: string, args: Wire, outcome: string) => {
    calls.push({ at: workspace.clock.now(), method, args, outcome });
    if (calls.length > mostCalls) calls.shift();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse, name: string) => {
    const { args, token } = await readCall(request);
    const fault = faults.next(name, textOf(args.channel));
    const run = () =>
      attempt(world, pace, name, fault?.kind === "no-metadata" ? without(args, "metadata") : args, token);
    const logged = () => {
      const outcome = run();
      log(name, args, outcome.error ?? fault?.kind ?? "ok");
      return outcome;
    };
    if (fault === undefined) return send(response, logged());
    return failOnPurpose(response, fault, logged, (outcome) => log(name, args, outcome));
  };
  return { answer, calls, log };
}

function attempt(world: World, pace: Pace, name: string, args: Wire, token: string | undefined): Outcome {
  const { workspace } = world;
  const headers: Record<string, string> = {
    "x-slack-req-id": randomUUID().replaceAll("-", ""),
    "x-oauth-scopes": workspace.access.scopes.join(","),
  };
  try {
    const method = authorized(world, name, token);
    if (method.token === "app") headers["x-oauth-scopes"] = "connections:write";
    if (method.scopes.length > 0) headers["x-accepted-oauth-scopes"] = method.scopes.join(",");
    const wait =
      workspace.options.pace === false ? 0 : pace.take(buckets(world, method, name, args), workspace.clock.now());
    if (wait > 0) return limited(String(wait), headers);
    return { status: 200, body: { ok: true, ...method.run(args, world) }, headers };
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return { status: 200, error: error.code, body: { ok: false, error: error.code, ...error.extra }, headers };
  }
}

function authorized({ workspace }: World, name: string, token: string | undefined): Method {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) throw new SlackError("unknown_method", { req_method: name });
  const { tokens } = workspace.options;
  if (token === undefined || token === "") throw new SlackError("not_authed");
  if (token !== tokens.bot && token !== tokens.app) throw new SlackError("invalid_auth");
  if (workspace.access.refusal !== undefined) throw new SlackError(workspace.access.refusal);
  const wanted = method.token === "app" ? tokens.app : tokens.bot;
  if (token !== wanted) throw new SlackError("not_allowed_token_type");
  const { scopes } = workspace.access;
  if (method.scopes.length > 0 && !method.scopes.some((scope) => scopes.includes(scope))) {
    throw new SlackError("missing_scope", { needed: method.scopes.join(","), provided: scopes.join(",") });
  }
  return method;
}

function buckets({ workspace }: World, method: Method, name: string, args: Wire) {
  const own = { key: name, rate: method.rate };
  return method.narrower ? [own, method.narrower(args, workspace)] : [own];
}

function without(args: Wire, name: string): Wire {
  return Object.fromEntries(Object.entries(args).filter(([key]) => key !== name));
}

async function readCall(request: IncomingMessage): Promise<{ args: Wire; token: string | undefined }> {
  const query = new URL(request.url ?? "/", "http://localhost").searchParams;
  const body = (await bodyOf(request)).toString("utf8");
  const isJson = (request.headers["content-type"] ?? "").startsWith("application/json");
  const sent = isJson ? jsonObject(body) : fromForm(new URLSearchParams(body));
  const { token, ...args } = { ...fromForm(query), ...sent };
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
  return { args, token: bearer ?? textOf(token) };
}

/** In a form the structured arguments are JSON inside text; what can't be read stays text and is refused as such. */
function fromForm(form: URLSearchParams): Wire {
  const structured = ["blocks", "attachments", "metadata", "view", "files"];
  return Object.fromEntries(
    [...form].map(([name, text]) => [name, structured.includes(name) && text !== "" ? (parsed(text) ?? text) : text]),
  );
}

function jsonObject(text: string): Wire {
  const value = parsed(text);
  return isObject(value) ? value : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
