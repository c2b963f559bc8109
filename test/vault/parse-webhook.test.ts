import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReportedAccess } from "../../src/model.ts";
import { parseWebhook } from "../../src/vault/parse-webhook.ts";
import { delivery, event, toBytes } from "./door-server.ts";

const parse = (body: string | Buffer | object) => parseWebhook(toBytes(body));

function accesses(body: string | Buffer | object): ReportedAccess[] {
  const content = parse(body);
  if (content.kind !== "accesses") throw new Error(JSON.stringify(content.problem));
  return content.accesses;
}

function access(changes: Record<string, unknown> = {}): ReportedAccess {
  return accesses(delivery(event(changes)))[0] as ReportedAccess;
}

/** The pointers of the mistakes, each with its detail. */
function mistakes(body: string | Buffer | object): string[] {
  const content = parse(body);
  if (content.kind === "accesses") return [];
  return (content.problem.errors ?? []).map(({ pointer, detail }) => `${pointer} ${detail}`);
}

describe("an event", () => {
  test("as agreed becomes an access", () => {
    expect(accesses(delivery(event()))).toEqual([
      {
        eventId: "evt_9f",
        action: "reveal",
        occurredAt: new Date("2026-11-21T01:12:58Z"),
        actor: { vaultIdentity: "U7", email: "dana@example.com", name: "Dana Ruiz" },
        vault: { id: "v_cards", name: "Company cards" },
        item: { id: "i_visa", title: "Company Visa", version: "3", category: "secure_note" },
        client: { app: "1Password for Mac", version: "8.10.4", platform: "macOS", device: "MacBook" },
        ip: "203.0.113.9",
        location: { country: "ES", city: "Madrid" },
      },
    ]);
  });

  test("needs no more than the required fields", () => {
    const bare = {
      data: {
        id: "e",
        action: "Copy ",
        occurred_at: "2026-11-21T01:12:58Z",
        person: { email: "dana@example.com" },
        vault: { id: "v" },
        item: { id: "i" },
      },
    };
    expect(accesses(bare)).toEqual([
      {
        eventId: "e",
        action: "copy",
        occurredAt: new Date("2026-11-21T01:12:58Z"),
        actor: { vaultIdentity: null, email: "dana@example.com", name: null },
        vault: { id: "v", name: null },
        item: { id: "i", title: null, version: null, category: null },
        client: { app: null, version: null, platform: null, device: null },
        ip: null,
        location: { country: null, city: null },
      },
    ]);
  });

  test("may have null and the empty text where nothing is known", () => {
    const blank = access({
      person: { id: "", email: "d@example.com", name: null },
      client: null,
      location: { city: "" },
      ip: "",
    });
    expect(blank).toMatchObject({ actor: { vaultIdentity: null, name: null }, ip: null, location: { city: null } });
  });

  test("may have fields that nobody knows here", () => {
    expect(accesses({ ...delivery({ ...event(), more: [1] }), more: { id: 1, id2: null } })).toEqual([access()]);
  });

  test("is taken however far its time lies off", () => {
    for (const text of ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]) {
      expect(access({ occurred_at: text }).occurredAt).toEqual(new Date(text));
    }
  });

  test("is told every mistake in it at once", () => {
    const wrong = {
      id: 12,
      action: " ",
      occurred_at: "2026-02-30T00:00:00Z",
      person: {},
      vault: [],
      item: { id: "", title: 5 },
      client: 1,
      ip: {},
    };
    expect(mistakes(delivery(wrong))).toEqual([
      "/data/vault must be an object",
      "/data/client must be an object",
      "/data/id must be a string of 1 to 512 characters",
      '/data/action is required: the act as a word, as "reveal"',
      '/data/occurred_at must be an RFC 3339 date and time with its offset, as "2026-11-21T01:12:58Z"',
      "/data/person needs an id or an email, so that the person is known",
      "/data/item/id must be a string of 1 to 512 characters",
      "/data/item/title must be a string",
      "/data/ip must be a string",
    ]);
    expect(mistakes(delivery({}))).toEqual([
      "/data/person is required: an object",
      "/data/vault is required: an object",
      "/data/item is required: an object",
      "/data/id is required: a string of 1 to 512 characters",
      '/data/action is required: the act as a word, as "reveal"',
      '/data/occurred_at is required: an RFC 3339 date and time with its offset, as "2026-11-21T01:12:58Z"',
    ]);
  });

  test("is told once that a person's id is no string", () => {
    expect(mistakes(delivery(event({ person: { id: 7 } })))).toEqual([
      "/data/person/id must be a string of 1 to 512 characters",
    ]);
  });
});

describe("a delivery", () => {
  test("may hold up to 1,000 events, also several under one id", () => {
    const events = Array.from({ length: 1000 }, (_, index) => event({ id: `e${index >> 1}` }));
    expect(accesses(delivery(events)).map(({ eventId }) => eventId)).toEqual(events.map(({ id }) => id));
  });

  test.each([
    [[], "/data must hold 1 to 1000 events, and holds 0"],
    [Array.from({ length: 1001 }, () => event()), "/data must hold 1 to 1000 events, and holds 1001"],
    [[event(), 5], "/data/1 must be an object"],
    [[[event()]], "/data/0 must be an object"],
    [null, "/data must be an object"],
    ["reveal", "/data must be an object"],
  ])("with other data is told so", (data, mistake) => {
    expect(mistakes(delivery(data))).toEqual([mistake]);
  });

  test("without data, or that is no object, is told so", () => {
    expect(mistakes({})).toEqual(["/data is required: an object"]);
    for (const body of ["[]", "1", '"a"', "null", "true"]) expect(mistakes(body)).toEqual([" must be an object"]);
  });

  test("of another type is told the known one", () => {
    for (const type of ["vault.item.deleted", "", null, 5, {}]) {
      expect(mistakes({ ...delivery({}), type })).toEqual([
        '/type is not a type known here; the known one is "vault.item.accessed"',
      ]);
    }
  });

  test("with one mistake gives no access, and with many names the first 50", () => {
    expect(mistakes(delivery([event(), event({ id: null })]))).toEqual([
      "/data/1/id is required: a string of 1 to 512 characters",
    ]);
    const content = parse(delivery(Array.from({ length: 60 }, () => event({ ip: 1 }))));
    if (content.kind === "accesses") throw new Error("mistakes were overlooked");
    expect(content.problem.errors).toHaveLength(50);
    expect(content.problem.detail).toContain("The first 50 of 60 mistakes are listed.");
  });

  test("that isn't JSON is told so, and nothing of it is repeated", () => {
    const content = parse('{"secret": hunter2}');
    expect(content).toMatchObject({ problem: { status: 400, title: "The body is not JSON" } });
    expect(JSON.stringify(content)).not.toContain("hunter");
  });

  test("must be UTF-8, and may begin with a byte order mark", () => {
    const latin1 = Buffer.from(JSON.stringify(delivery(event({ ip: "é" }))), "latin1");
    expect(parse(latin1)).toMatchObject({ problem: { status: 400, title: "The body is not UTF-8" } });
    expect(accesses(`\uFEFF${JSON.stringify(delivery(event()))}`)).toEqual([access()]);
  });
});

describe("JSON that means two things, or too much", () => {
  const whole = JSON.stringify(delivery(event()));

  test.each([
    ['"ip":', '"ip":"198.51.100.1","ip":', "/data/ip"],
    ['"ip":', '"\\u0069p":"198.51.100.1","ip":', "/data/ip"],
    ['"id":"U7"', '"id":"U8","id":"U7"', "/data/person/id"],
    ['"vault":', '"vault":{"id":"v_other"},"vault":', "/data/vault"],
    ['"type":', '"type":"vault.item.accessed","type":', "/type"],
    ['"data":', '"data":[],"data":', "/data"],
  ])("a key that we read must not occur twice: %s", (text, twice, pointer) => {
    const body = whole.replace(text, twice);
    expect(body).not.toBe(whole);
    expect(mistakes(body)).toEqual([`${pointer} occurs twice in its object; send it once`]);
  });

  test("a key that we don't read may, and so may one name in several objects", () => {
    expect(accesses(whole.replace('"data":', '"x":{"id":1,"id":2},"x":3,"data":'))).toHaveLength(1);
    expect(accesses(whole.replace('"ip":', '"constructor":1,"constructor":2,"ip":'))).toHaveLength(1);
  });

  test("64 levels are read, 65 are not", () => {
    const nested = (levels: number) => whole.replace('"ip":', `"x":${"[".repeat(levels)}${"]".repeat(levels)},"ip":`);
    expect(accesses(nested(62))).toHaveLength(1);
    const tooDeep = {
      kind: "not-understood",
      problem: { status: 400, type: "urn:vaultbell:problem:nested-too-deeply" },
    };
    expect(parse(nested(63))).toMatchObject(tooDeep);
    for (const text of ["[".repeat(500_000) + "]".repeat(500_000), '{"":'.repeat(65)]) {
      expect(parse(text)).toMatchObject(tooDeep);
    }
    expect(accesses(delivery(event({ ip: '\\"[{'.repeat(70) })))).toHaveLength(1);
    expect(parse(`"${"[".repeat(100)}`)).toMatchObject({ problem: { title: "The body is not JSON" } });
  });

  test("1,000 keys are read, 1,001 are not", () => {
    const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 0]));
    expect(accesses(delivery(event({ more: keys(1000) })))).toHaveLength(1);
    expect(mistakes(delivery(event({ more: keys(1001) })))).toEqual([
      "/data/more has more than 1000 keys; send only those agreed",
    ]);
    expect(mistakes({ "a/~\u0000\ud800": keys(1001) })[0]).toMatch(/^\/a~1~0\uFFFD\uFFFD has more than/);
    expect(mistakes({ ["k".repeat(200)]: keys(1001) })[0]).toMatch(/^ has more than/);
  });

  test("keys that mean something to JavaScript mean nothing", () => {
    const hostile = '"__proto__":{"polluted":1,"ip":"6.6.6.6"},"constructor":{"prototype":{"polluted":1}},';
    const body = whole.replaceAll("{", `{${hostile}`).replace('"ip":"203.0.113.9",', "");
    expect(accesses(body)).toEqual([{ ...access(), ip: null }]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(mistakes('{"data":{"__proto__":{"id":"e"}}}')).toContain(
      "/data/id is required: a string of 1 to 512 characters",
    );
  });
});

describe("texts and ids", () => {
  test("long texts are cut to 2,000 code points, never through the middle of one", () => {
    const title = (text: string) => access({ item: { id: "i", title: text } }).item.title;
    expect(title("a".repeat(2000))).toBe("a".repeat(2000));
    expect(title("a".repeat(500_000))).toBe("a".repeat(2000));
    expect(title("🔑".repeat(3000))).toBe("🔑".repeat(2000));
    expect(title(`a${"🔑".repeat(3000)}`)).toBe(`a${"🔑".repeat(1999)}`);
  });

  test("what PostgreSQL can't hold is shown as U+FFFD", () => {
    expect(access({ item: { id: "i", title: "a\u0000b\ud800c" } }).item.title).toBe("a\uFFFDb\uFFFDc");
    expect(parse('{"data": {"ip": "\\ud83d"}}').kind).toBe("not-understood");
  });

  test("ids have 1 to 512 code points", () => {
    expect(access({ id: "🔑".repeat(512) }).eventId).toBe("🔑".repeat(512));
    for (const id of ["", "🔑".repeat(513), "a".repeat(100_000), 1, true, [], {}]) {
      expect(mistakes(delivery(event({ id })))).toEqual(["/data/id must be a string of 1 to 512 characters"]);
    }
  });

  test("ids that PostgreSQL can't hold stay different, and can be held", () => {
    const ids = ["a", "a\u0000", "a\ud800", "a\ud801", "a\uFFFD"].map((id) => access({ id, vault: { id } }));
    expect(new Set(ids.map(({ eventId }) => eventId)).size).toBe(5);
    expect(new Set(ids.map(({ vault }) => vault.id)).size).toBe(5);
    for (const { eventId } of ids) expect(eventId.isWellFormed() && !eventId.includes("\u0000")).toBe(true);
  });

  test("any value in any field is understood or not, and nothing is thrown", () => {
    const fields = Object.keys(event());
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), fc.string({ unit: "binary" }), (field, value, text) => {
        for (const each of [value, text, { id: text, name: value, title: text, email: text }]) {
          parse(delivery(event({ [field]: each })));
        }
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  test("any bytes are understood or not, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, at) => {
        const body = toBytes(delivery(event()));
        body.set(bytes.subarray(0, Math.max(0, body.length - at)), at);
        parseWebhook(body);
        parseWebhook(Buffer.from(bytes));
      }),
      { numRuns: 500, seed: 3 },
    );
  });
});
