import { afterEach, expect, test } from "vitest";
import { hashicorpRelay } from "../../src/vault/sources/hashicorp-vault.ts";
import { readBlocks } from "../support/read-message.ts";
import { openStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story?.stop());

test("a relay posts what HashiCorp Vault's audit device wrote, and the bell rings; what it read is nowhere", async () => {
  const token = "a-token-of-the-relay-0123456789";
  story = await openStory({ pushed: [hashicorpRelay({ name: "hashicorp", token }, new Set(["v_cards"]))] });
  const canary = "canary-4111-1111";
  const line = JSON.stringify({
    time: "2026-11-24T08:59:30Z",
    type: "response",
    auth: { display_name: "oidc-dana@example.com", entity_id: "E7" },
    request: {
      id: "R1",
      operation: "read",
      mount_type: "kv",
      path: "v_cards/data/visa",
      remote_address: "203.0.113.9",
    },
    response: { data: { number: canary } },
  });
  const post = (path: string, authorization: string) =>
    fetch(`${story.url}${path}`, {
      method: "POST",
      body: `${line}\n`,
      headers: { authorization, "content-type": "application/x-ndjson" },
    }).then(({ status }) => status);
  expect(await post("/webhooks/sources/hashicorp", "Bearer wrong")).toBe(401);
  expect(await post("/webhooks/sources/another", `Bearer ${token}`)).toBe(404);
  expect(await post("/webhooks/sources/hashicorp", `Bearer ${token}`)).toBe(202);
  expect(await post("/webhooks/sources/hashicorp", `Bearer ${token}`)).toBe(202);
  await story.settle();
  const [alert, ...more] = story.alerts().map(({ blocks }) => readBlocks(blocks));
  expect(more).toEqual([]);
  expect(alert).toContain("v_cards/visa");
  const { rows } = await story.service.house.store.pool.query("select body from delivery");
  expect(rows).toHaveLength(1);
  expect(String(rows[0].body)).not.toContain(canary);
});
