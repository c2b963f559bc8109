import { expect, test } from "vitest";
import { noticesMessage } from "../../src/bot/views/notice.ts";
import type { NoticeKind } from "../../src/model.ts";
import { golden } from "./read-aloud.ts";
import { markupIn, refusals } from "./slack-reading.ts";

const common = { zone: "Europe/Madrid", blockId: "notice:1" };

function notice(kind: NoticeKind, name: string | null, vaultName: string | null, other = {}) {
  return {
    source: "1password",
    eventId: "audit:A1",
    kind,
    occurredAt: new Date("2026-11-24T08:30:00Z"),
    actor: { vaultIdentity: "U2", email: null, name: "Marta Vidal" },
    subject: { kind: "person" as const, identity: "U9", email: null, name },
    vaultId: vaultName === null ? null : "v_cards",
    vaultName,
    ...other,
  };
}

test("what managers read of grants and leavers", async () => {
  const group = { subject: { kind: "group" as const, identity: "G1", email: null, name: "Finance" } };
  const message = noticesMessage(
    [
      notice("granted", "Lena Vogt", "Company cards"),
      notice("revoked", null, "Company cards", group),
      notice("suspended", "Dana Ruiz", null),
    ],
    common,
  );
  expect(refusals(message, "message")).toEqual([]);
  await expect(golden(message)).toMatchFileSnapshot("../golden/notices.json");
});

test("many are counted, and nobody's name does anything", () => {
  const hostile = "<!channel> *x* ".repeat(200);
  const many = Array.from({ length: 200 }, () => notice("changed", hostile, hostile));
  const message = noticesMessage(many, common);
  expect(refusals(message, "message")).toEqual([]);
  expect(markupIn(message.text)).toEqual([]);
  expect(JSON.stringify(message)).toContain("and 188 more");
});
