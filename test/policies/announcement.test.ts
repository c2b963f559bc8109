import { describe, expect, test } from "vitest";
import type { Access, Intent } from "../../src/model.ts";
import { announcementFor, sayAnnouncement } from "../../src/policies/announcement.ts";
import type { Facts } from "../../src/policies/policy.ts";
import { anAccess, anIntent, minutesFrom, theFacts, tuesday1020 } from "./builders.ts";

const minutesBefore = (minutes: number) => minutesFrom(tuesday1020, -minutes);
const minutesAfter = (minutes: number) => minutesFrom(tuesday1020, minutes);

function said(intents: Intent[], access: Access = anAccess(), facts: Partial<Facts> = {}): string {
  const all = theFacts({ intents, ...facts });
  const announcement = announcementFor(access, all);
  return `${announcement.kind}: ${sayAnnouncement(announcement, access, all)}`;
}

describe("what was announced", () => {
  test("nothing", () => expect(said([])).toBe("none: nothing was announced"));

  test("in time", () => {
    expect(said([anIntent()])).toBe("explains: Dana announced 'paying licence renewal' 14 min before");
    expect(said([anIntent({ announcedAt: tuesday1020 })])).toBe(
      "explains: Dana announced 'paying licence renewal' a moment before",
    );
  });

  test("in the morning, for a later window", () => {
    const planned = anIntent({
      announcedAt: minutesBefore(120),
      startsAt: minutesBefore(20),
      endsAt: minutesAfter(40),
    });
    expect(said([planned])).toBe("explains: Dana announced 'paying licence renewal' 2 h before, for 10:00–11:00");
  });

  test("the narrowest speaks, then the newest", () => {
    const any = anIntent({ id: "any", vaultId: null, purpose: "month-end closing", announcedAt: minutesBefore(1) });
    const vault = anIntent({ id: "vault", purpose: "card inventory", announcedAt: minutesBefore(30) });
    const newer = anIntent({ id: "newer", purpose: "card audit", announcedAt: minutesBefore(20) });
    const item = anIntent({ id: "item", itemId: "i_visa", purpose: "paying OVH", announcedAt: minutesBefore(40) });
    expect(said([any, vault, newer, item])).toBe("explains: Dana announced 'paying OVH' 40 min before");
    expect(said([any, vault, newer])).toBe("explains: Dana announced 'card audit' 20 min before");
    expect(said([any])).toBe("explains: Dana announced 'month-end closing' 1 min before");
  });

  test("a telling purpose speaks before a narrower one that says nothing", () => {
    const vague = anIntent({ id: "vague", itemId: "i_visa", purpose: "stuff" });
    expect(said([vague])).toBe("vague: Dana announced 'stuff' 14 min before, which doesn't say why");
    expect(said([vague, anIntent()])).toBe("explains: Dana announced 'paying licence renewal' 14 min before");
  });

  test("a purpose of invisible characters is vague, and said to have no words", () => {
    expect(said([anIntent({ purpose: "\u200B\u2060" })])).toBe(
      "vague: Dana announced a purpose without words 14 min before, which doesn't say why",
    );
  });
});

describe("near misses are said, never counted", () => {
  test("its time was over, or it was ended by hand", () => {
    const window = anIntent({ announcedAt: minutesBefore(80), endsAt: minutesBefore(20) });
    expect(said([window])).toBe("ended: Dana had announced 'paying licence renewal', but that ended 20 min before");
    const done = anIntent({ end: { how: "done", at: minutesBefore(3) } });
    expect(said([done])).toBe("ended: Dana had announced 'paying licence renewal', but that was done 3 min before");
    const cancelled = anIntent({ end: { how: "cancelled", at: minutesBefore(3) } });
    expect(said([cancelled])).toBe(
      "ended: Dana had announced 'paying licence renewal', but that was cancelled 3 min before",
    );
  });

  test("the edge: over at the very moment is over, and twelve hours back is another story", () => {
    expect(said([anIntent({ endsAt: tuesday1020 })])).toBe(
      "ended: Dana had announced 'paying licence renewal', but that ended a moment before",
    );
    const long = (minutes: number) =>
      anIntent({ announcedAt: minutesBefore(minutes + 60), endsAt: minutesBefore(minutes) });
    expect(said([long(12 * 60)])).toBe(
      "ended: Dana had announced 'paying licence renewal', but that ended 12 h before",
    );
    expect(said([long(12 * 60 + 1)])).toBe("none: nothing was announced");
  });

  test("ended only after the access, it explains", () => {
    expect(said([anIntent({ end: { how: "cancelled", at: minutesAfter(1) } })])).toBe(
      "explains: Dana announced 'paying licence renewal' 14 min before",
    );
  });

  test("its time had not come", () => {
    expect(said([anIntent({ startsAt: minutesAfter(40), endsAt: minutesAfter(100) })])).toBe(
      "not-begun: Dana had announced 'paying licence renewal', but only for 11:00–12:00",
    );
    expect(said([anIntent({ startsAt: minutesAfter(24 * 60), endsAt: minutesAfter(25 * 60) })])).toBe(
      "none: nothing was announced",
    );
  });

  test("it was for another item", () => {
    expect(said([anIntent({ itemId: "i_amex" })])).toBe(
      "elsewhere: Dana had announced 'paying licence renewal', but for 'Team Amex'",
    );
    expect(said([anIntent({ itemId: "i_unknown" })])).toBe(
      "elsewhere: Dana had announced 'paying licence renewal', but for another item",
    );
  });

  test("it was for another vault, whose purposes aren't quoted here", () => {
    expect(said([anIntent({ vaultId: "v_servers" })])).toBe(
      "elsewhere: Dana had announced a purpose, but for the vault 'Servers'",
    );
    expect(said([anIntent({ vaultId: "v_gone" })])).toBe(
      "elsewhere: Dana had announced a purpose, but for another vault",
    );
  });

  test("it came after the access", () => {
    expect(said([anIntent({ announcedAt: minutesAfter(12) })])).toBe(
      "afterwards: nothing was announced before; Dana announced 'paying licence renewal' 12 min after the access",
    );
  });

  test("it came after the report of a vault whose clock runs fast", () => {
    const ahead = anAccess({ receivedAt: minutesBefore(10) });
    expect(said([anIntent({ announcedAt: minutesBefore(7) })], ahead)).toBe(
      "afterwards: nothing was announced before; Dana announced 'paying licence renewal' 3 min after it was reported",
    );
  });

  test("what stood and ended is told before what came later", () => {
    const ended = anIntent({ id: "ended", announcedAt: minutesBefore(80), endsAt: minutesBefore(20) });
    const later = anIntent({ id: "later", announcedAt: minutesAfter(12) });
    expect(said([later, ended])).toMatch(/^ended:/);
  });
});

describe("names and quotations", () => {
  test.each([
    ["Dana Ruiz", "dana@example.com", "Dana"],
    ["Dana", null, "Dana"],
    ["  \u202EDana\u200B  Ruiz", null, "Dana"],
    ["", "dana.ruiz@example.com", "dana.ruiz"],
    ["dana@example.com", null, "dana"],
    ["\u200B", null, "Somebody"],
    ["", null, "Somebody"],
  ])("%j with %j is called %s", (actorName, email, name) => {
    const access = anAccess({ actor: { vaultIdentity: "U7", email, name: null } });
    expect(said([anIntent()], access, { actorName })).toBe(
      `explains: ${name} announced 'paying licence renewal' 14 min before`,
    );
  });

  test("a purpose can't close its quotation, break the line or turn the reading direction", () => {
    const purpose = "renewal' 3 min before;\n\n\u202E nothing\u0000 else\t'was \u2066announced\u2069";
    expect(said([anIntent({ purpose })])).toBe(
      "explains: Dana announced 'renewal’ 3 min before; nothing else ’was announced' 14 min before",
    );
  });

  test("a long purpose is cut where a reader sees a character end", () => {
    const flag = "🏴󠁧󠁢󠁳󠁣󠁴󠁿";
    const family = "👩‍👩‍👧";
    expect(said([anIntent({ purpose: `x${"é".repeat(200)}` })])).toBe(
      `explains: Dana announced 'x${"é".repeat(118)}…' 14 min before`,
    );
    expect(said([anIntent({ purpose: `paying ${family.repeat(200)}` })])).toBe(
      `explains: Dana announced 'paying ${family.repeat(112)}…' 14 min before`,
    );
    expect(said([anIntent({ purpose: `paying ${flag}` })])).not.toContain("\u{E0067}");
    expect(said([anIntent({ purpose: `tower ${`a${"\u0301".repeat(500)}`}` })]).length).toBeLessThan(80);
  });
});
