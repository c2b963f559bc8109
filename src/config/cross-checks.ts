import { readTicket, ticketPatternProblem } from "../ticket.ts";
import { readDuration } from "./duration.ts";
import { quoted } from "./reading.ts";
import { isLoopback, onePasswordServers, readOrigin } from "./source.ts";
import type { Path } from "./yaml-tree.ts";

export interface Contradiction {
  path: Path;
  problem: string;
  remedy: string;
  /** What is missing may stand in a part of the text that could not be read. */
  isMissing?: true;
}

/**
 * What no single value shows: ids given twice, vaults without managers, people joined two ways. Asked of what is
 * written, not of what was understood, so that other mistakes hide none of these.
 */
export function findContradictions(written: unknown): Contradiction[] {
  const top = group(written);
  return [
    ...aboutVaults(top),
    ...aboutIntents(group(top.intents)),
    ...aboutPeople(list(top.people)),
    ...aboutSources(list(top.sources)),
  ];
}

function* aboutVaults(top: Group): Generator<Contradiction> {
  const seen = new Map<unknown, number>();
  for (const [index, vault] of list(top.vaults).map(group).entries()) {
    const path: Path = ["vaults", index];
    const first = seen.get(vault.id);
    if (first !== undefined && typeof vault.id === "string") {
      yield {
        path: [...path, "id"],
        problem: `the id ${quoted(vault.id)} is already taken by vaults[${first}]`,
        remedy: "Give each vault the id that the vault service has for it, or make one vault of the two.",
      };
    } else seen.set(vault.id, index);
    if (Object.keys(vault).length > 0 && !("managers" in vault) && !("managers" in top)) {
      yield {
        path,
        problem: "nobody answers for this vault: it has no managers",
        remedy: "Add `managers: [marta@example.com, juan@example.com]` to it, or at the top for all vaults.",
        isMissing: true,
      };
    }
    if (vault.explained === "digest" && !("digest" in top)) {
      yield {
        path: [...path, "explained"],
        problem: "what is explained would be told nowhere: there is no weekly digest",
        remedy: 'Add `digest: { day: Mon, at: "09:00" }` at the top, or write `explained: line`.',
      };
    }
    yield* aboutTicket(group(vault.ticket), path);
    yield* aboutItems(list(vault.items).map(group), path);
  }
}

function* aboutTicket({ pattern, example }: Group, vaultPath: Path): Generator<Contradiction> {
  if (typeof pattern !== "string" || typeof example !== "string" || ticketPatternProblem(pattern) !== null) return;
  if (readTicket(example, { pattern, isRequired: false, example: null }) !== null) return;
  yield {
    path: [...vaultPath, "ticket", "example"],
    problem: `the example ${quoted(example)} doesn't fit the pattern ${quoted(pattern)}`,
    remedy: "Give the number of a real ticket, or mend the pattern.",
  };
}

function* aboutItems(items: Group[], vaultPath: Path): Generator<Contradiction> {
  const seen = new Set<unknown>();
  for (const [index, { id }] of items.entries()) {
    if (typeof id === "string" && seen.has(id)) {
      yield {
        path: [...vaultPath, "items", index, "id"],
        problem: `the id ${quoted(id)} is already taken by another item of this vault`,
        remedy: "Give each item the id that the vault service has for it, or make one item of the two.",
      };
    }
    seen.add(id);
  }
}

function* aboutSources(sources: unknown[]): Generator<Contradiction> {
  const seen = new Map<string, number>();
  for (const [index, { kind, name, server, mapping, file }] of sources.map(group).entries()) {
    const path: Path = ["sources", index];
    const called = typeof name === "string" ? name : typeof kind === "string" ? kind : null;
    const first = called === null ? undefined : seen.get(called);
    if (called === "webhook" || first !== undefined) {
      yield {
        path: typeof name === "string" ? [...path, "name"] : path,
        problem: `the name ${quoted(called ?? "")} is already taken by ${first === undefined ? "the signed webhook" : `sources[${first}]`}`,
        remedy: "Give each source a name of its own, such as `name: 1password-eu`.",
      };
    } else if (called !== null) seen.set(called, index);
    if (typeof name === "string" && typeof kind === "string" && name !== kind && !name.startsWith(`${kind}-`)) {
      yield {
        path: [...path, "name"],
        problem: `the name ${quoted(name)} doesn't begin with the kind of its source`,
        remedy: `Write \`name: ${kind}-${name}\`: what a source can tell is known by the name for ever.`,
      };
    }
    if (kind !== undefined && (kind === "mapped") !== (mapping !== undefined)) {
      yield {
        path: mapping === undefined ? path : [...path, "mapping"],
        problem: mapping === undefined ? "a mapped source has no mapping" : "only a mapped source has a mapping",
        remedy:
          mapping === undefined
            ? "Add `mapping: ./keeper.mapping.yaml` with its file."
            : "Remove it, or write `kind: mapped`.",
        ...(mapping === undefined && { isMissing: true as const }),
      };
    }
    if (file !== undefined && kind !== undefined && kind !== "hashicorp") {
      yield {
        path: [...path, "file"],
        problem: "only a hashicorp source is read from a file",
        remedy: "Remove it, or write `kind: hashicorp`.",
      };
    }
    const origin = typeof server === "string" ? readOrigin(server) : null;
    if (kind === "1password" && origin?.ok && !isLoopback(origin.value) && !onePasswordServers.includes(origin.value)) {
      yield {
        path: [...path, "server"],
        problem: `${quoted(origin.value)} is none of 1Password's servers for events`,
        remedy: `Write one of ${onePasswordServers.map((one) => new URL(one).host).join(", ")}: the one where your account is.`,
      };
    }
  }
}

function* aboutIntents(intents: Group): Generator<Contradiction> {
  const minutes = (value: unknown) => {
    const reading = readDuration(typeof value === "string" ? value : "", 0, Number.POSITIVE_INFINITY);
    return reading.ok ? reading.value : Number.NaN;
  };
  const maximum = intents.max ?? "24h";
  if (minutes(intents.default ?? "1h") > minutes(maximum)) {
    yield {
      path: ["intents", "default" in intents ? "default" : "max"],
      problem: `a purpose would stand longer by default than the ${maximum} that it may stand at most`,
      remedy: `Write \`default: ${maximum}\` or shorter, or raise \`max\`.`,
    };
  }
}

function* aboutPeople(people: unknown[]): Generator<Contradiction> {
  const identities = new Set<unknown>();
  const slackOf = new Map<string, string>();
  for (const [index, entry] of people.entries()) {
    if (!isGroup(entry)) continue;
    const { email, vault, slack, timezone, holidays, away, ...rest } = entry;
    const path: Path = ["people", index];
    const names = [email, vault, slack].filter((name) => name !== undefined);
    const isCorrection = names.length === 1 && [timezone, holidays, away].some((said) => said !== undefined);
    if (names.length < 2 && !isCorrection && Object.keys(rest).length === 0) {
      yield {
        path,
        problem: "this entry joins nothing",
        remedy: "Give two or more of email, vault and slack, such as `{ email: dana@example.com, slack: U02DANA }`.",
        isMissing: true,
      };
    }
    if (typeof vault === "string" && identities.has(vault)) {
      yield {
        path: [...path, "vault"],
        problem: `the vault identity ${quoted(vault)} already belongs to another entry`,
        remedy: "Keep the entry of the person whose identity it is.",
      };
    }
    identities.add(vault);
    const address = typeof email === "string" ? email.toLowerCase() : undefined;
    if (address !== undefined && typeof slack === "string") {
      const other = slackOf.get(address);
      if (other !== undefined && other !== slack) {
        yield {
          path: [...path, "slack"],
          problem: `${quoted(address)} is already joined to another Slack user, ${quoted(other)}`,
          remedy: "Keep the entry of the Slack user who is meant.",
        };
      } else slackOf.set(address, slack);
    }
  }
}

type Group = Record<string, unknown>;

function group(value: unknown): Group {
  return isGroup(value) ? value : {};
}

function isGroup(value: unknown): value is Group {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
