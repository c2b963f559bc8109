import type { Check } from "../bot/checks.ts";
import type { Config } from "../config.ts";
import type { Trouble } from "../model.ts";
import { sayDuration } from "../time.ts";
import type { PolledSource } from "../vault/sources/source.ts";
import { sourcesOf } from "./sources.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * 60_000;
const soonMs = 21 * dayMs;

/** Asks each source what our token may do, and says how to mend what is wrong. Reads no events. */
export async function checkSources(
  config: Config,
  env: Record<string, string | undefined>,
  now: Date,
): Promise<Check[]> {
  const { sources, mistakes } = sourcesOf(config, env);
  const missing = mistakes.map((finding): Check => ({ what: "source", verdict: "bad", finding, remedy: null }));
  const asked = await Promise.all(sources.polled.map((source) => checkSource(source, now)));
  return [...missing, ...asked.flat()];
}

async function checkSource(source: PolledSource, now: Date): Promise<Check[]> {
  const what = `source ${source.name}`;
  // One that doesn't tell what a token may do is asked for the last minute, of which nothing is kept.
  const question = source.introspect?.question ?? source.feeds[0]?.ask(null, new Date(now.getTime() - minuteMs), now);
  if (!question) return [];
  const asked = await source.ask(question);
  if (asked.kind === "trouble") {
    const { finding, remedy } = troubles[asked.trouble];
    return [{ what, verdict: "bad", finding: `${source.origin} ${finding} (${asked.detail})`, remedy }];
  }
  if (source.introspect === null) {
    return [{ what, verdict: "good", finding: `${source.origin} can be read`, remedy: null }];
  }
  const said = source.introspect.read(asked.text);
  if (!said)
    return [{ what, verdict: "bad", finding: "what it says of our token makes no sense", remedy: atThatAddress }];
  const lacking = source.feeds.filter(({ name }) => !said.feeds.includes(name));
  const made = said.issuedAt === null ? "" : `, made ${said.issuedAt.toISOString().slice(0, 10)}`;
  return [
    lacking.some(({ isNeeded }) => isNeeded)
      ? { what, verdict: "bad", finding: `our token may not read ${listed(lacking)}`, remedy: makeAnother }
      : {
          what,
          verdict: "good",
          finding: `takes our token for ${said.feeds.join(", ") || "nothing"}${made}`,
          remedy: null,
        },
    ...(lacking.length > 0 && !lacking.some(({ isNeeded }) => isNeeded)
      ? [
          {
            what,
            verdict: "warning",
            finding: `our token may not read ${listed(lacking)}, so that what they tell is missing`,
            remedy: "That is right where it is meant; otherwise make a token for them as well.",
          } satisfies Check,
        ]
      : []),
    ...expiry(what, source.expiresAt, now),
  ];
}

function expiry(what: string, expiresAt: Date | null, now: Date): Check[] {
  if (expiresAt === null) return [];
  const leftMs = expiresAt.getTime() - now.getTime();
  const day = expiresAt.toISOString().slice(0, 10);
  if (leftMs <= 0) return [{ what, verdict: "bad", finding: `our token expired on ${day}`, remedy: makeAnother }];
  const finding = `our token expires on ${day}, in ${sayDuration(leftMs)}`;
  return [
    { what, verdict: leftMs < soonMs ? "warning" : "good", finding, remedy: leftMs < soonMs ? makeAnother : null },
  ];
}

const listed = (feeds: { name: string }[]) => feeds.map(({ name }) => name).join(", ");

const makeAnother =
  "Make a new token and put it where the old one is: a .env file is taken up at once, an environment by a restart. docs/sources has the steps.";
const atThatAddress = "Look whether `server` in vaultbell.yaml is the service's own.";

const troubles: Record<Trouble, { finding: string; remedy: string }> = {
  refused: { finding: "doesn't take our token: revoked, expired or mistyped", remedy: makeAnother },
  "not-allowed": { finding: "takes our token, and not for this", remedy: makeAnother },
  limited: { finding: "says that it is asked too often", remedy: "Try again in a few minutes." },
  unavailable: {
    finding: "doesn't answer as it should",
    remedy: "Look whether this machine may reach it, and its status page.",
  },
  "not-understood": { finding: "answers what makes no sense", remedy: atThatAddress },
  "position-lost": { finding: "doesn't understand the question", remedy: atThatAddress },
};
