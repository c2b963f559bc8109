import { expect, test } from "vitest";
import { configurationMessage } from "../../src/bot/views/configuration.ts";
import {
  readSnoozeId,
  snoozeAnnouncement,
  snoozeAnswer,
  snoozeIsOver,
  snoozeList,
  vaultHelp,
} from "../../src/bot/views/snooze.ts";
import { snoozeForm } from "../../src/bot/views/snooze-form.ts";
import { anAccess, aSnooze, aVault } from "./builders.ts";
import { golden } from "./read-aloud.ts";

const vault = aVault();
const snooze = aSnooze();
const ended = aSnooze({ end: { by: "U02JUAN", at: new Date("2026-11-25T09:00:00Z") } });
const { only, reason, endsAt } = snooze;
const draft = { vaultId: vault.id, reason, endsAt, only, by: null, byId: "U02MARTA" };
const blockId = "snooze:12";
const preview = {
  of: 7,
  hidden: 3,
  critical: 1,
  examples: [{ who: "Dana Ruiz", access: anAccess() }],
};
const changes = [
  { about: "managers", sentence: "The managers of Company cards changed: Luis (luis@example.com) may now judge." },
  {
    about: "settings",
    sentence: "Company cards, ordinary hours: now Mon–Fri 08:00–23:00; before Mon–Fri 08:00–19:00.",
  },
];

const messages = {
  "snooze-announced": snoozeAnnouncement(snooze, { vault, isOver: false, blockId }),
  "snooze-ended": snoozeAnnouncement(ended, { vault, isOver: true, blockId }),
  "snooze-over": snoozeIsOver(snooze, { vault, quiet: 3, blockId }),
  "snooze-preview": snoozeAnswer({ kind: "preview", draft, vault, preview }, "carried"),
  "snooze-list": snoozeList([{ snooze, vault }]),
  "snooze-form": snoozeForm({ vaults: [vault], vaultId: vault.id, policies: ["office-hours"] }),
  "vault-help": vaultHelp(null),
  "configuration-changed": configurationMessage({ by: [], changes, blockId: "configuration:3" }),
  "configuration-changed-in-slack": configurationMessage({
    by: ["U02MARTA", "U02JUAN"],
    changes: Array.from({ length: 14 }, () => changes[1] ?? { about: "", sentence: "" }),
    blockId: "configuration:4",
  }),
};

test.each(Object.entries(messages))("%s reads as agreed", async (name, view) => {
  await expect(golden(view)).toMatchFileSnapshot(`../golden/${name}.json`);
});

test("the button to end a snooze carries its number, and nothing else is read", () => {
  expect(readSnoozeId("snooze:12")).toBe("12");
  for (const other of ["12", "snooze:", "snooze:1x", "snooze:-1"]) expect(readSnoozeId(other)).toBeNull();
});
