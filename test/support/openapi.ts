import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { z } from "zod";

/**
 * A mock server made of a service's own OpenAPI document: requests are held against its schemas, answers drawn from them. So
 * that a reader is tried on what the service says that it may say, and not on our idea of it. (Prism would do the same, with
 * some 300 packages.)
 */
interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  format?: string;
  example?: unknown;
  properties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  oneOf?: Schema[];
}

export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    responses: Record<string, { content: { "application/json": { schema: Schema } } }>;
    requestBodies: Record<string, { content: { "application/json": { schema: Schema } } }>;
  };
}

interface Operation {
  requestBody?: { $ref: string };
  responses: Record<string, { $ref: string }>;
}

export function readDocument(text: string): OpenApiDocument {
  return JSON.parse(text) as OpenApiDocument;
}

/** Everything that the named schema allows: no property is required where the document requires none. */
export function arbitraryOf(document: OpenApiDocument, name: string): fc.Arbitrary<unknown> {
  return arbitrary(document, document.components.schemas[name] ?? {});
}

function arbitrary(document: OpenApiDocument, schema: Schema): fc.Arbitrary<unknown> {
  const one = resolved(document, schema);
  if (one.enum) return fc.constantFrom(...one.enum);
  if (one.allOf) {
    return fc.tuple(...one.allOf.map((part) => arbitrary(document, part))).map((parts) => Object.assign({}, ...parts));
  }
  if (one.properties) {
    const properties = Object.entries(one.properties).map(([key, value]) => [key, arbitrary(document, value)]);
    return fc.record(Object.fromEntries(properties), { requiredKeys: [] });
  }
  if (one.items) return fc.array(arbitrary(document, one.items), { maxLength: 3 });
  if (one.format === "date-time") {
    const [min, max] = [new Date("2026-07-01T00:00:00Z"), new Date("2026-11-24T00:00:00Z")];
    return fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString());
  }
  if (one.type === "integer") return fc.integer();
  if (one.type === "number") return fc.double({ noNaN: true, noDefaultInfinity: true });
  if (one.type === "boolean") return fc.boolean();
  return fc.oneof(anyText, fc.constant(one.example ?? "text"));
}

const anyText = fc.string({ unit: "binary", maxLength: 6 });

function resolved({ components }: OpenApiDocument, schema: Schema): Schema {
  const name = schema.$ref?.split("/").at(-1);
  return name === undefined ? schema : (components.schemas[name] ?? {});
}

/** Says what of `value` isn't as the schema wants it; extra keys are mistakes, since a strict server may refuse them. */
function mistakesIn(document: OpenApiDocument, schema: Schema, value: unknown): string[] {
  const strict = JSON.stringify({ anyOf: resolvedOptions(schema), $defs: document.components.schemas })
    .replaceAll("#/components/schemas/", "#/$defs/")
    .replaceAll('"properties":', '"type":"object","additionalProperties":false,"properties":');
  const { error } = z.fromJSONSchema(JSON.parse(strict)).safeParse(value);
  return error?.issues.map(({ message, path }) => `${path.join("/")}: ${message}`) ?? [];
}

/** Neither of the two bodies requires anything, so that each fits the other's schema: "one of" can't be meant strictly. */
function resolvedOptions({ oneOf, ...schema }: Schema): Schema[] {
  return oneOf ?? [schema];
}

export interface OpenApiMock {
  origin: string;
  /** What was wrong with requests. */
  mistakes: string[];
  /** Every body that was answered with, by path. */
  answered: { path: string; body: Record<string, unknown> }[];
  close(): Promise<void>;
}

/** Serves every path of the document; those of `alsoAs` under a second name. `amend` makes a drawn answer one of a story. */
export async function serveDocument(
  document: OpenApiDocument,
  options: {
    seed: number;
    alsoAs: (path: string) => string;
    amend: (path: string, body: Record<string, unknown>, nth: number) => Record<string, unknown>;
  },
): Promise<OpenApiMock> {
  const mock: Omit<OpenApiMock, "close" | "origin"> = { mistakes: [], answered: [] };
  const counts = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = options.alsoAs(request.url ?? "");
    const operation = document.paths[path]?.[(request.method ?? "").toLowerCase()];
    const nameOf = (reference: { $ref: string } | undefined) => reference?.$ref.split("/").at(-1) ?? "";
    const bodySchema =
      document.components.requestBodies[nameOf(operation?.requestBody)]?.content["application/json"].schema;
    if (!operation) mock.mistakes.push(`${request.method} ${request.url} isn't in the document`);
    if (!/^Bearer \S+$/.test(request.headers.authorization ?? "")) mock.mistakes.push("no bearer token");
    if (bodySchema)
      mock.mistakes.push(...mistakesIn(document, bodySchema, JSON.parse(Buffer.concat(chunks).toString())));
    const schema =
      document.components.responses[nameOf(operation?.responses["200"])]?.content["application/json"].schema ?? {};
    const nth = counts.get(path) ?? 0;
    counts.set(path, nth + 1);
    const [drawn] = fc.sample(arbitrary(document, schema), { numRuns: 1, seed: options.seed + nth });
    const body = options.amend(path, drawn as Record<string, unknown>, nth);
    mock.answered.push({ path, body });
    response.writeHead(operation ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(mock, {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
}
