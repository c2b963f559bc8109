import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Variables } from "../config/environment.ts";
import type { Config } from "../config.ts";
import type { ReportedAccess } from "../model.ts";
import { isExposure } from "../policies/exposure.ts";
import { type DeliveryContent, parseWebhook } from "../vault/parse-webhook.ts";
import { configMeant } from "./config-meant.ts";
import type { Output } from "./output.ts";
import { sourcesOf } from "./sources.ts";

const usage = "Usage: vaultbell check --sample FILE [--source NAME]";
/** A token isn't needed to try a sample: one that fits every source stands in for those that aren't set. */
const anyToken = "a-token-that-is-never-shown-to-anybody";

/** Shows what a sample becomes: each access in a line, with whether it rings, or each mistake with its place. Records nothing. */
export function checkSample(args: string[], env: Variables, out: Output): number {
  const given = readArgs(args);
  if (!given) {
    out.error(usage);
    return 2;
  }
  const config = configMeant(env, out);
  if (config === null) return 1;
  let body: Buffer;
  try {
    body = readFileSync(given.file);
  } catch (error) {
    out.error(`${given.file} can't be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`);
    return 1;
  }
  const contents = read(body, given.source, config, env);
  if ("mistakes" in contents) {
    for (const mistake of contents.mistakes) out.error(mistake);
    return 1;
  }
  return show(contents.content, config, out);
}

function read(
  body: Buffer,
  name: string | null,
  config: Config,
  env: Variables,
): { content: DeliveryContent } | { mistakes: string[] } {
  if (name === null) return { content: parseWebhook(body) };
  const configured = config.sources.find((source) => source.name === name);
  if (!configured)
    return {
      mistakes: [
        `There is no source ${name}; there are: ${config.sources.map((one) => one.name).join(", ") || "none"}.`,
      ],
    };
  const tokens = { ...env, [configured.tokenVariable]: anyToken };
  const { sources, mistakes } = sourcesOf({ ...config, sources: [configured] }, tokens);
  if (mistakes.length > 0) return { mistakes };
  const pushed = sources.pushed.find((source) => source.name === name);
  if (pushed) return { content: pushed.read(body, null).content };
  const pages = sources.polled
    .flatMap(({ feeds }) => feeds)
    .flatMap((feed) => {
      const page = feed.read(body.toString(), { position: null, from: new Date(0), now: new Date(0) });
      return page && page.strange.length < page.accesses.length + page.strange.length + page.notices.length
        ? [page]
        : [];
    });
  const accesses = pages.flatMap((page) => page.accesses);
  return pages.length > 0
    ? { content: { kind: "accesses", accesses } }
    : { mistakes: [`This is no page of events as ${name} answers with.`] };
}

function show(content: DeliveryContent, config: Config, out: Output): number {
  if (content.kind === "not-understood") {
    const { title, detail, errors } = content.problem;
    out.log(`Not understood: ${title}.${errors ? "" : ` ${detail}`}`);
    for (const { pointer, detail: mistake } of errors ?? []) out.log(`  ${pointer || "the body"}  ${mistake}`);
    return 1;
  }
  out.log(content.accesses.length === 1 ? "One access:" : `${content.accesses.length} accesses:`);
  for (const access of content.accesses) for (const line of describe(access, config)) out.log(line);
  return 0;
}

function describe(
  { action, actor, item, vault, occurredAt, eventId, client, ip }: ReportedAccess,
  config: Config,
): string[] {
  const watched = config.vaults.find(({ id }) => id === vault.id);
  const where = watched ? `${watched.name} (${vault.id})` : `${vault.id}, which isn't watched: it is recorded only`;
  const rings = isExposure(action) ? (watched ? "rings" : "lets somebody read") : "lets nobody read: no bell";
  return [
    `  ${eventId}`,
    `    what    ${action}: ${rings}`,
    `    who     ${[actor.name, actor.email, actor.vaultIdentity].filter(Boolean).join(", ")}`,
    `    item    ${[item.title, item.id].filter(Boolean).join(", ")}`,
    `    vault   ${where}`,
    `    when    ${occurredAt.toISOString()}`,
    ...(client.app || ip ? [`    from    ${[client.app, client.version, ip].filter(Boolean).join(", ")}`] : []),
  ];
}

function readArgs(args: string[]): { file: string; source: string | null } | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { source: { type: "string" } },
      allowPositionals: true,
    });
    const [file, ...more] = positionals;
    return file === undefined || more.length > 0 ? null : { file, source: values.source ?? null };
  } catch {
    return null;
  }
}
