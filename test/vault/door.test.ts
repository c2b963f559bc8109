import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { delivery, event, now, secrets, signed, startDoor, type TestDoor, toBytes } from "./door-server.ts";

let door: TestDoor;
let keep: TestDoor["recorder"]["record"];
beforeAll(async () => {
  door = await startDoor({ recordTimeoutMs: 200 });
  keep = door.recorder.record;
});
afterAll(() => door.close());
afterEach(() => {
  door.recorder.record = keep;
  door.clock.at = now;
  door.deliveries.length = 0;
  door.outcomes.length = 0;
});

const body = toBytes(delivery(event()));

describe("a signed delivery", () => {
  test("is recorded whole, and answered with the counts", async () => {
    door.recorder.record = async (each) => {
      await keep(each);
      return { kind: "recorded", accepted: 1, duplicates: 2 };
    };
    const reply = await door.post(body);
    expect([reply.status, reply.text, reply.headers["content-type"]]).toEqual([
      202,
      '{"accepted":1,"duplicates":2}',
      "application/json",
    ]);
    expect(door.deliveries).toMatchObject([
      {
        source: "webhook",
        messageId: "msg_1",
        secretId: secrets[0]?.id,
        signedAt: now,
        receivedAt: now,
        body,
        content: { kind: "accesses", accesses: [{ eventId: "evt_9f" }] },
      },
    ]);
    expect(door.outcomes).toEqual(["recorded"]);
    expect(door.counts).toEqual({ accepted: 1, duplicates: 2 });
  });

  test("is answered only after it was recorded", async () => {
    const steps: string[] = [];
    door.recorder.record = async (each) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      steps.push("recorded");
      return keep(each);
    };
    await door.post(body);
    steps.push("answered");
    expect(steps).toEqual(["recorded", "answered"]);
  });

  test("sent again is recorded again: once is the store's promise", async () => {
    const headers = signed(body);
    expect([(await door.send(body, headers)).status, (await door.send(body, headers)).status]).toEqual([202, 202]);
    expect(door.deliveries).toHaveLength(2);
  });

  test("may be signed with the newer secret, and says with which", async () => {
    await door.send(body, signed(body, now, secrets[1]));
    expect(door.deliveries[0]?.secretId).toBe(secrets[1]?.id);
    expect(door.logged.at(-1)).toContain(`"secretId":"${secrets[1]?.id}"`);
  });

  test("may hold a batch, with one id twice", async () => {
    const batch = delivery([event(), event({ action: "copy" }), event({ id: "other" })]);
    const reply = await door.post(batch);
    expect(reply.json).toEqual({ accepted: 3, duplicates: 0 });
    expect(door.deliveries[0]?.content).toMatchObject({
      accesses: [{ eventId: "evt_9f", action: "reveal" }, { eventId: "evt_9f", action: "copy" }, { eventId: "other" }],
    });
  });

  test("that isn't understood is recorded too, and told why", async () => {
    const reply = await door.post(delivery([event(), event({ occurred_at: "yesterday", id: "" })]));
    expect(reply.headers["content-type"]).toBe("application/problem+json");
    expect([reply.status, reply.json]).toEqual([
      422,
      {
        type: "urn:vaultbell:problem:not-understood",
        title: "The body is not an access event as agreed",
        status: 422,
        detail:
          "Nothing of this delivery was taken as an access; its body is kept. Mend what is listed in errors and send it again.",
        errors: [
          { pointer: "/data/1/id", detail: "must be a string of 1 to 512 characters" },
          {
            pointer: "/data/1/occurred_at",
            detail: 'must be an RFC 3339 date and time with its offset, as "2026-11-21T01:12:58Z"',
          },
        ],
      },
    ]);
    expect(door.deliveries).toHaveLength(1);
    expect(door.outcomes).toEqual(["quarantined"]);
  });

  test("that isn't JSON, or nothing at all, is recorded too", async () => {
    for (const text of ["", "{", "\u0000", "<xml/>"]) expect((await door.post(text)).status).toBe(400);
    expect((await door.post(Buffer.from([0x7b, 0xff]))).json).toMatchObject({ title: "The body is not UTF-8" });
    expect(door.deliveries).toHaveLength(5);
  });

  test("whose record fails, comes too late or has to wait is asked to come back", async () => {
    const answers = [];
    door.recorder.record = () => Promise.reject(new Error("no database"));
    answers.push(await door.post(body));
    door.recorder.record = () => {
      throw new Error("no database");
    };
    answers.push(await door.post(body));
    door.recorder.record = () => new Promise(() => {});
    answers.push(await door.post(body));
    door.recorder.record = async () => ({ kind: "unavailable", retryAfterSeconds: 6.2 });
    answers.push(await door.post(body), await door.post("not JSON"));
    expect(answers.map(({ status, headers }) => [status, headers["retry-after"]])).toEqual([
      [503, "1"],
      [503, "1"],
      [503, "1"],
      [503, "7"],
      [503, "7"],
    ]);
    expect(answers[0]?.json).toEqual({
      type: "urn:vaultbell:problem:unavailable",
      title: "The delivery could not be recorded just now",
      status: 503,
      detail: "Send the same delivery again after the time in Retry-After. What was recorded already counts once.",
    });
    expect(door.outcomes).toEqual(Array(5).fill("unavailable"));
  });

  test("that the store could only quarantine is told that it was kept", async () => {
    door.recorder.record = async () => ({ kind: "quarantined" });
    expect(await door.post(body)).toMatchObject({
      status: 422,
      json: { type: "urn:vaultbell:problem:not-recordable" },
    });
  });
});

test("what wasn't understood is never answered as recorded, whatever the store calls it", async () => {
  door.recorder.record = async () => ({ kind: "recorded", accepted: 0, duplicates: 0 });
  expect((await door.post("{")).status).toBe(400);
  expect((await door.post({})).status).toBe(422);
});

describe("a delivery that isn't authentic", () => {
  const at = (seconds: number) => signed(body, new Date(now.getTime() + seconds * 1000));
  const without = (name: string) => Object.fromEntries(Object.entries(signed(body)).filter(([key]) => key !== name));

  test("gets one answer, byte for byte, whatever is wrong", async () => {
    const replies = [
      await door.send(body, without("webhook-id")),
      await door.send(body, without("webhook-timestamp")),
      await door.send(body, without("webhook-signature")),
      await door.send(body, { ...signed(body), "webhook-id": "msg_2" }),
      await door.send(body, { ...signed(body), "webhook-id": "a".repeat(257) }),
      await door.send(body, { ...signed(body), "webhook-timestamp": "soon" }),
      await door.send(body, { ...signed(body), "webhook-signature": "" }),
      await door.send(body, { ...signed(body), "webhook-signature": "v1,AAAA" }),
      await door.send(Buffer.concat([body, Buffer.from(" ")]), signed(body)),
      await door.send(Buffer.from("not JSON"), signed(body)),
      await door.send(body, at(-301)),
      await door.send(body, at(301)),
    ];
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([401]));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    const shown = replies.map(({ headers }) => JSON.stringify({ ...headers, date: "" }));
    expect(new Set(shown).size).toBe(1);
    expect(replies[0]?.json).toMatchObject({ type: "urn:vaultbell:problem:not-authentic", status: 401 });
    expect(door.deliveries).toEqual([]);
    expect(new Set(door.outcomes)).toEqual(new Set(["not-authentic"]));
  });

  test("is judged by the door's clock", async () => {
    door.clock.at = new Date(now.getTime() + 300_000);
    expect((await door.send(body, signed(body))).status).toBe(202);
    door.clock.at = new Date(now.getTime() + 301_000);
    expect((await door.send(body, signed(body))).status).toBe(401);
  });

  test("with a signature header sent twice is told so", async () => {
    for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
      const headers = signed(body);
      const reply = await door.send(body, { ...headers, [name]: [String(headers[name]), String(headers[name])] });
      expect([reply.status, reply.json.type]).toEqual([400, "urn:vaultbell:problem:header-repeated"]);
    }
    expect(door.deliveries).toEqual([]);
  });
});

describe("the headers", () => {
  test.each(["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])(
    "%s is not answered here",
    async (method) => {
      const reply = await door.send(Buffer.alloc(0), {}, method);
      expect([reply.status, reply.headers.allow]).toEqual([405, "POST"]);
    },
  );

  test.each([
    ["application/json", 202],
    ["Application/JSON; charset=UTF-8", 202],
    ['application/json;charset="utf-8"', 202],
    ["application/json; charset=latin1", 415],
    ["text/plain", 415],
    ["application/x-www-form-urlencoded", 415],
    ["application/jsonp", 415],
    ["json", 415],
    ["", 415],
  ])("content type %j is answered with %i", async (type, status) => {
    const reply = await door.post(body, { "content-type": type });
    expect(reply.status).toBe(status);
    if (status === 415) expect(reply.headers.accept).toBe("application/json");
  });

  test("a missing or repeated content type is refused", async () => {
    const { "content-type": _, ...headers } = signed(body);
    expect((await door.send(body, headers)).status).toBe(415);
    const twice = { "Content-Type": ["application/json", "application/json"] as never };
    expect((await door.send(body, { ...headers, ...twice })).status).toBe(415);
  });

  test.each(["gzip", "br", "identity, gzip", "x"])("content encoding %s is refused", async (encoding) => {
    const reply = await door.post(body, { "content-encoding": encoding });
    expect([reply.status, reply.json.type]).toEqual([415, "urn:vaultbell:problem:encoding-not-supported"]);
  });

  test("content encoding identity is taken", async () => {
    expect((await door.post(body, { "content-encoding": "identity" })).status).toBe(202);
  });
});

test("the log names ids and reasons, never a body, a signature or a secret", async () => {
  await door.post(delivery(event({ person: { id: "canary-person" }, item: { id: "canary-item" } })));
  await door.post('{"canary": canary');
  await door.send(body, { ...signed(body), "webhook-signature": "v1,canary", "webhook-id": "canary\tx" });
  const log = door.logged.join("");
  expect(log).toContain('"failed":"headers"');
  expect(log).not.toMatch(/canary|whsec_|v1,/);
});
