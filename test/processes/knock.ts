import { type IncomingHttpHeaders, request } from "node:http";

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/**
 * One request over a connection of its own: `fetch` would at times reuse one that the server is just closing, and a test
 * could not tell that from a service that died.
 */
export function knock(
  url: string,
  options: { method?: string; headers?: Record<string, string>; body?: Buffer; timeoutMs?: number } = {},
): Promise<Reply> {
  const { method = "GET", headers = {}, body, timeoutMs = 8_000 } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      { method, agent: false, headers, signal: AbortSignal.timeout(timeoutMs) },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming
          .on("data", (chunk: Buffer) => chunks.push(chunk))
          .on("error", reject)
          .on("end", () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              text: Buffer.concat(chunks).toString(),
            }),
          );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
