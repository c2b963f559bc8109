import { request } from "undici";
import type { Trouble } from "../../model.ts";
import type { Asked, Question } from "./source.ts";

/** A stop waits for the answer in hand, and has ten seconds. */
const patienceMs = 6_000;
/** A page of 500 events has some 300 KiB. */
const bytesAtMost = 8 * 1024 * 1024;

/**
 * Asks a service one question and says what came of it. Never throws. Redirects aren't followed: the token is for this host
 * alone. What the service says of an error isn't repeated, since it may quote what we sent.
 */
export async function askHttp(
  origin: string,
  question: Question,
  headers: Record<string, string>,
  patience = patienceMs,
): Promise<Asked> {
  try {
    const answer = await request(new URL(question.path, origin), {
      method: question.method,
      headers: {
        accept: "application/json",
        "user-agent": "vaultbell",
        ...(question.body !== null && { "content-type": "application/json" }),
        ...headers,
      },
      body: question.body,
      signal: AbortSignal.timeout(patience),
    });
    const { statusCode, body } = answer;
    if (statusCode !== 200) {
      await body.dump({ limit: 64 * 1024 }).catch(() => {});
      return trouble(troubleOf(statusCode), `HTTP ${statusCode}`, secondsOf(answer.headers["retry-after"]));
    }
    const text = await textOf(body);
    if (text === null) return trouble("not-understood", `an answer of more than ${bytesAtMost} bytes`);
    const date = new Date(String(answer.headers.date));
    return { kind: "answered", text, answeredAt: Number.isNaN(date.getTime()) ? null : date };
  } catch (error) {
    return trouble("unavailable", nameOf(error));
  }
}

/** 400 is what is said to a cursor that isn't known any more: our requests are otherwise the same each time. */
function troubleOf(status: number): Trouble {
  if (status === 401) return "refused";
  if (status === 403) return "not-allowed";
  if (status === 429) return "limited";
  if (status === 400 || status === 410 || status === 422) return "position-lost";
  return status >= 500 || status === 408 ? "unavailable" : "not-understood";
}

function trouble(kind: Trouble, detail: string, retryAfterSeconds: number | null = null): Asked {
  return { kind: "trouble", trouble: kind, retryAfterSeconds, detail };
}

/** Seconds alone: a date would be read on another clock. */
function secondsOf(retryAfter: string | string[] | undefined): number | null {
  return typeof retryAfter === "string" && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : null;
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesAtMost) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  const { code } = error as NodeJS.ErrnoException;
  return error.name === "TimeoutError" ? "no answer in time" : (code ?? error.name);
}
