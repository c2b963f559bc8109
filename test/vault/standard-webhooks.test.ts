import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { parseSecrets, sign, verify } from "../../src/vault/standard-webhooks.ts";
import { now, secret, secrets, secretTexts } from "./door-server.ts";

const vector = JSON.parse(
  readFileSync(new URL("../fixtures/vectors/standard-webhooks-sign.json", import.meta.url), "utf8"),
);
const body = Buffer.from('{"test": 1}');

describe("a signature", () => {
  test("is the published one for the published delivery", () => {
    const [published] = parseSecrets([vector.secret]);
    const at = new Date(vector.timestamp * 1000);
    const headers = sign(published as typeof secret, vector.id, at, Buffer.from(vector.payload));
    expect(headers["webhook-signature"]).toBe(vector.signature);
    expect(verify(headers, Buffer.from(vector.payload), [published as typeof secret], at)).toEqual({
      kind: "authentic",
      messageId: vector.id,
      secretId: published?.id,
      signedAt: at,
    });
  });

  test("made by the standardwebhooks package fits, and ours fits there", () => {
    const package_ = new Webhook(secretTexts[0] as string);
    expect(sign(secret, "msg_1", now, body)["webhook-signature"]).toBe(package_.sign("msg_1", now, body.toString()));
  });

  test("covers bytes, not the text that they decode to", () => {
    const [one, other] = [Buffer.from([0x22, 0xff, 0x22]), Buffer.from([0x22, 0xfe, 0x22])];
    expect(one.toString()).toBe(other.toString());
    expect(verify(sign(secret, "msg_1", now, one), other, secrets, now)).toEqual({
      kind: "not-authentic",
      failed: "signature",
    });
  });

  test("by any of the secrets fits, and names the secret", () => {
    for (const each of secrets) {
      expect(verify(sign(each, "m", now, body), body, secrets, now)).toMatchObject({ secretId: each.id });
    }
    expect(new Set(secrets.map(({ id }) => id)).size).toBe(2);
  });

  test("may stand anywhere in the list, beside those of retired secrets and other schemes", () => {
    const headers = sign(secret, "m", now, body);
    const [retired] = parseSecrets([`whsec_${Buffer.alloc(24, 9).toString("base64")}`]);
    const old = sign(retired as typeof secret, "m", now, body)["webhook-signature"];
    const list = `v1a,AAAA ${old} ${headers["webhook-signature"]} v1,`;
    expect(verify({ ...headers, "webhook-signature": list }, body, secrets, now).kind).toBe("authentic");
    expect(verify({ ...headers, "webhook-signature": old }, body, secrets, now).kind).toBe("not-authentic");
    const padded = (count: number) => "x ".repeat(count) + headers["webhook-signature"];
    const kinds = [31, 32].map(
      (count) => verify({ ...headers, "webhook-signature": padded(count) }, body, secrets, now).kind,
    );
    expect(kinds).toEqual(["authentic", "not-authentic"]);
  });

  test("with any bit changed, cut short or lengthened doesn't fit", () => {
    const headers = sign(secret, "m", now, body);
    const tag = Buffer.from(headers["webhook-signature"].slice(3), "base64");
    const forged = Array.from({ length: 256 }, (_, bit) => {
      const copy = Buffer.from(tag);
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
      return copy;
    });
    const lengths = [0, 1, 16, 31].map((length) => tag.subarray(0, length));
    for (const bytes of [...forged, ...lengths, Buffer.concat([tag, Buffer.alloc(1)]), Buffer.alloc(32)]) {
      const changed = { ...headers, "webhook-signature": `v1,${bytes.toString("base64")}` };
      expect(verify(changed, body, secrets, now)).toEqual({ kind: "not-authentic", failed: "signature" });
    }
  });

  test("doesn't fit without its version, under another version, or with the list's separator missing", () => {
    const headers = sign(secret, "m", now, body);
    const tag = headers["webhook-signature"].slice(3);
    for (const text of ["", " ", tag, `v2,${tag}`, `V1,${tag}`, `v1 ${tag}`, `v1,,${tag}`, `v1,${tag},v1,${tag}`]) {
      expect(verify({ ...headers, "webhook-signature": text }, body, secrets, now).kind).toBe("not-authentic");
    }
  });

  test("fits nothing where there are no secrets", () => {
    expect(verify(sign(secret, "m", now, body), body, [], now).kind).toBe("not-authentic");
  });
});

describe("the timestamp", () => {
  const at = (seconds: number) =>
    verify(sign(secret, "m", new Date(now.getTime() + seconds * 1000), body), body, secrets, now);

  test("may lie five minutes either way, and not a second more", () => {
    expect([-300, 0, 300].map((seconds) => at(seconds).kind)).toEqual(["authentic", "authentic", "authentic"]);
    expect([-301, 301].map(at)).toEqual([
      { kind: "not-authentic", failed: "timestamp" },
      { kind: "not-authentic", failed: "timestamp" },
    ]);
  });

  test("must be whole seconds in digits", () => {
    const headers = sign(secret, "m", now, body);
    for (const text of ["", "1.5e9", "-1", "0x10", " 1", now.toISOString(), "9".repeat(13)]) {
      expect(verify({ ...headers, "webhook-timestamp": text }, body, secrets, now)).toEqual({
        kind: "not-authentic",
        failed: "headers",
      });
    }
  });
});

test("an id is 1 to 256 visible ASCII characters", () => {
  const kinds = ["", "a b", "é", "a".repeat(257), "a".repeat(256), "!~"].map(
    (id) => verify(sign(secret, id, now, body), body, secrets, now).kind,
  );
  expect(kinds).toEqual([...Array(4).fill("not-authentic"), "authentic", "authentic"]);
});

test("a secret that isn't one is refused, without being repeated", () => {
  const short = `whsec_${Buffer.alloc(23, 7).toString("base64")}`;
  for (const text of ["", "whsec_", short, secretTexts[0]?.slice(6) ?? "", `whsec_${"*".repeat(40)}`]) {
    expect(() => parseSecrets([text])).toThrow('Webhook secret 1 is not "whsec_" and the base64 of 24 to 64 bytes');
  }
});
