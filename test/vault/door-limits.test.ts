import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { delivery, event, signed, startDoor, type TestDoor, toBytes } from "./door-server.ts";

let door: TestDoor;
beforeAll(async () => {
  door = await startDoor({ bodyTimeoutMs: 300 });
});
beforeEach(() => {
  door.deliveries.length = 0;
  door.outcomes.length = 0;
});
afterAll(() => door.close());

const mebibyte = 1024 * 1024;
const body = toBytes(delivery(event()));

/** A right delivery of exactly `bytes` bytes, filled with spaces. */
const filled = (bytes: number) => Buffer.concat([body, Buffer.alloc(bytes - body.length, " ")]);

describe("the size of a body", () => {
  test("may be 1 MiB, and not a byte more", async () => {
    expect((await door.post(filled(mebibyte))).status).toBe(202);
    const reply = await door.post(filled(mebibyte + 1));
    expect([reply.status, reply.json.type]).toEqual([413, "urn:vaultbell:problem:body-too-large"]);
    expect(reply.headers.connection).toBe("close");
    expect(door.deliveries).toHaveLength(1);
  });

  test("is counted when it isn't declared", async () => {
    const chunked = (bytes: Buffer) => door.send(bytes, { ...signed(bytes), "transfer-encoding": "chunked" });
    expect((await chunked(filled(mebibyte))).status).toBe(202);
    expect((await chunked(filled(mebibyte + 1))).status).toBe(413);
    expect((await chunked(Buffer.alloc(3 * mebibyte, " "))).status).toBe(413);
    expect(door.deliveries).toHaveLength(1);
  });

  test("is that of the bytes sent: what was compressed isn't unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(64 * mebibyte));
    expect((await door.post(bomb, { "content-encoding": "gzip" })).status).toBe(415);
    expect((await door.post(bomb)).json).toMatchObject({ status: 400, title: "The body is not UTF-8" });
  });

  test("that is declared absurd, and never sent, is answered at once", async () => {
    const socket = await open();
    socket.write(head({ "content-length": "99999999999", "content-type": "application/json" }));
    expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("that is too large is answered in full even while it is still being sent", async () => {
    const socket = await open();
    socket.pause();
    socket.write(head({ "content-length": String(3 * mebibyte), "content-type": "application/json" }));
    for (let sent = 0; sent < 3 * mebibyte; sent += mebibyte) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await new Promise((resolve) => socket.write(Buffer.alloc(mebibyte), resolve));
    }
    const answer = await readAll(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/of at most 1,048,576 bytes each\."\}$/);
  });
});

test("bodies that are still being read share one budget, whoever sends them (threat T18)", async () => {
  const small = await startDoor({ unreadBytesAtMost: mebibyte });
  try {
    const slow = await open(small);
    slow.write(head({ "content-length": String(mebibyte), "content-type": "application/json" }));
    await new Promise((resolve) => slow.write(Buffer.alloc(mebibyte - 1_000, " "), resolve));
    await expect.poll(async () => (await small.post(filled(2_000))).status).toBe(503);
    expect((await small.post(filled(2_000))).headers["retry-after"]).toBe("1");
    slow.destroy();
    await expect.poll(async () => (await small.post(filled(2_000))).status).toBe(202);
  } finally {
    await small.close();
  }
});

describe("a connection", () => {
  test("whose body is slow gets an answer and is closed", async () => {
    const socket = await open();
    socket.write(`${head({ "content-length": "100", "content-type": "application/json" })}{`);
    const answer = await readAll(socket);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain("urn:vaultbell:problem:body-too-slow");
    expect(door.outcomes).toEqual(["refused"]);
  });

  test("cut in the middle of a body leaves nothing, and the door open", async () => {
    const socket = await open();
    socket.write(`${head({ "content-length": "100", "content-type": "application/json" })}{`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.resetAndDestroy();
    await expect.poll(() => door.outcomes).toEqual(["cut"]);
    expect((await door.post(body)).status).toBe(202);
  });

  test("cut while the delivery is being recorded leaves the door open", async () => {
    const keep = door.recorder.record;
    let recorded: (() => void) | undefined;
    door.recorder.record = async (each) => {
      await new Promise<void>((resolve) => {
        recorded = resolve;
      });
      return keep(each);
    };
    const socket = await open();
    socket.write(rawPost(body));
    await expect.poll(() => recorded).toBeDefined();
    socket.resetAndDestroy();
    await new Promise((resolve) => setTimeout(resolve, 20));
    recorded?.();
    await expect.poll(() => door.outcomes).toEqual(["recorded"]);
    door.recorder.record = keep;
    expect((await door.post(body)).status).toBe(202);
  });

  test("may carry several deliveries without waiting, each answered in turn", async () => {
    const socket = await open();
    const wrong = toBytes(delivery([]));
    socket.write(rawPost(body) + rawPost(wrong) + rawPost(body, "text/plain"));
    const statuses = (await readAll(socket)).match(/HTTP\/1\.1 \d+/g);
    expect(statuses).toEqual(["HTTP/1.1 202", "HTTP/1.1 422", "HTTP/1.1 415"]);
    expect(door.deliveries.map(({ body: bytes }) => bytes.toString())).toEqual([body.toString(), wrong.toString()]);
  });

  test("that never finishes its headers is closed within seconds, and others are served meanwhile", async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, open));
    for (const socket of slow) socket.write("POST /webhooks/access HTTP/1.1\r\nhost: a\r\nx-");
    const dripping = setInterval(() => slow.forEach((socket) => void socket.write("a")), 200);
    const closed = Promise.all(slow.map(readAll)).finally(() => clearInterval(dripping));
    expect((await door.post(body)).status).toBe(202);
    const answers = await closed;
    expect(answers.every((answer) => answer.startsWith("HTTP/1.1 408 "))).toBe(true);
  }, 15_000);

  test("that smuggles is closed by the server, before the door", async () => {
    const tricks = [
      { "content-length": "5", "transfer-encoding": "chunked" },
      { "transfer-encoding": "chunked, identity" },
      { "content-length": "+5" },
      { "content-length": "5, 6" },
      { "content-length ": "5" },
      { "x-long": "a".repeat(9_000) },
    ];
    for (const headers of tricks) {
      const socket = await open();
      socket.write(`${head({ "content-type": "application/json", ...headers })}hello`);
      expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 4\d\d /);
    }
    expect(door.deliveries).toEqual([]);
  });
});

function rawPost(bytes: Buffer, type = "application/json"): string {
  const headers = { ...signed(bytes), "content-type": type, "content-length": String(bytes.length) };
  return head(headers as Record<string, string>) + bytes.toString();
}

function head(headers: Record<string, string>): string {
  const lines = Object.entries({ host: "vault.example", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST /webhooks/access HTTP/1.1\r\n${lines.join("")}\r\n`;
}

function open({ port }: { port: number } = door): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    // After it is open, what breaks it shows in what was read.
    socket.on("error", reject);
  });
}

/** Everything the server sends until it closes. */
async function readAll(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += chunk;
  return text;
}
