import { describe, expect, test } from "vitest";
import type { Access, SlackMatch } from "../../src/model.ts";
import { absentActor } from "../../src/policies/absent-actor.ts";
import { announcedPurpose } from "../../src/policies/announced-purpose.ts";
import { burst } from "../../src/policies/burst.ts";
import { deactivatedActor } from "../../src/policies/deactivated-actor.ts";
import { exported } from "../../src/policies/export.ts";
import { firstAccess } from "../../src/policies/first-access.ts";
import { flood } from "../../src/policies/flood.ts";
import { guestActor } from "../../src/policies/guest-actor.ts";
import { impossibleTravel } from "../../src/policies/impossible-travel.ts";
import { policies } from "../../src/policies/index.ts";
import { longAbsence } from "../../src/policies/long-absence.ts";
import { emptyMemory, type Memory, networkOf, remember } from "../../src/policies/memory.ts";
import { newClient } from "../../src/policies/new-client.ts";
import { newCountry } from "../../src/policies/new-country.ts";
import { newDevice } from "../../src/policies/new-device.ts";
import { newNetwork } from "../../src/policies/new-network.ts";
import { officeHours } from "../../src/policies/office-hours.ts";
import { whyOverWide } from "../../src/policies/over-wide.ts";
import type { Facts } from "../../src/policies/policy.ts";
import { reportedTime } from "../../src/policies/reported-time.ts";
import { sensitiveItem } from "../../src/policies/sensitive-item.ts";
import { serviceActor } from "../../src/policies/service-actor.ts";
import { tellingPurpose } from "../../src/policies/telling-purpose.ts";
import { unknownActor } from "../../src/policies/unknown-actor.ts";
import { widePurpose } from "../../src/policies/wide-purpose.ts";
import {
  anAccess,
  anIntent,
  aSlackUser,
  aVault,
  found,
  minutesFrom,
  saturday0213,
  theFacts,
  thePerson,
  tuesday1020,
} from "./builders.ts";

/** Each policy by itself: where it finds something, where it doesn't, and the edge. What they add up to is in assess.test.ts. */

const access = anAccess();
const day = 24 * 60;
const daysBefore = (days: number) => minutesFrom(tuesday1020, -days * day);

/** What is remembered of accesses that differ from the ordinary one as said. */
function remembering(...accesses: Partial<Access>[]): Memory {
  const memory = emptyMemory();
  for (const changes of accesses) remember(memory, anAccess(changes));
  return memory;
}

test("every policy has a name of its own and one sentence on what to do", () => {
  expect(new Set(policies.map(({ name }) => name)).size).toBe(policies.length);
  for (const { whatToDo } of policies) expect(whatToDo).toMatch(/^[A-Z](?!.*[.?!] ).*\.$/);
});

describe("announced-purpose", () => {
  test("finds that nothing covers", () => {
    expect(found(announcedPurpose, access, theFacts())).toBe("nothing was announced");
  });

  test("nothing when a purpose stands", () => {
    expect(found(announcedPurpose, access, theFacts({ intents: [anIntent()] }))).toBeNull();
  });

  test("the edge: announced at the same millisecond counts, one later doesn't", () => {
    const announced = (announcedAt: Date) => theFacts({ intents: [anIntent({ announcedAt })] });
    expect(found(announcedPurpose, access, announced(tuesday1020))).toBeNull();
    expect(found(announcedPurpose, access, announced(new Date(tuesday1020.getTime() + 1)))).toBe(
      "nothing was announced before; Dana announced 'paying licence renewal' a moment after the access",
    );
  });

  test("over-wide is any vault, more than a day, or no reason; not what recurs or was taken back", () => {
    const names = { itemTitles: ["Company Visa"], vaultNames: ["Company cards"], hint: null };
    const why = (changes: Parameters<typeof anIntent>[0]) => whyOverWide(anIntent(changes), names);
    const startsAt = tuesday1020;
    expect(why({})).toEqual([]);
    expect(why({ vaultId: null })).toEqual(["it covers any watched vault"]);
    expect(why({ startsAt, endsAt: minutesFrom(startsAt, 24 * 60) })).toEqual([]);
    expect(why({ startsAt, endsAt: minutesFrom(startsAt, 24 * 60 + 1) })).toEqual(["it stands for 24 h"]);
    expect(why({ purpose: "work" })).toEqual(["it doesn’t tell what for"]);
    expect(why({ vaultId: null, end: { how: "cancelled", at: startsAt } })).toEqual([]);
    expect(why({ vaultId: null, end: { how: "done", at: startsAt } })).toHaveLength(1);
  });

  test("a purpose that has explained all it may explains no more", () => {
    const used = (times: number) =>
      theFacts({ intents: [anIntent()], uses: new Map([["intent-1", { accesses: times, moments: [] }]]), mostUses: 3 });
    expect(found(announcedPurpose, access, used(2))).toBeNull();
    expect(found(announcedPurpose, access, used(3))).toBe(
      "Dana had announced 'paying licence renewal', but that has explained 3 accesses already",
    );
  });

  test("a purpose announced after a late access is told with both durations", () => {
    const late = anAccess({ receivedAt: minutesFrom(tuesday1020, 9 * 60 + 12) });
    const announcedAt = minutesFrom(tuesday1020, 5);
    expect(found(announcedPurpose, late, theFacts({ intents: [anIntent({ announcedAt })] }))).toBe(
      "nothing was announced before; Dana announced 'paying licence renewal' 5 min after the access, 9 h 7 min before it was reported",
    );
  });
});

describe("the vault's clock", () => {
  const minute = 60_000;
  const announced = (minutesBefore: number, clockAheadMs: number | null) =>
    theFacts({ intents: [anIntent({ announcedAt: minutesFrom(tuesday1020, -minutesBefore) })], clockAheadMs });

  test("a fast one lets no purpose pass that may have come after the act", () => {
    expect(found(announcedPurpose, access, announced(2, 3 * minute))).toBe(
      "Dana announced 'paying licence renewal' 2 min before by the vault's clock, which is 3 min ahead of ours: timing unverified",
    );
  });

  test("with that allowed for, what came first came first", () => {
    expect(found(announcedPurpose, access, announced(14, 3 * minute))).toBeNull();
    expect(found(reportedTime, access, announced(14, 3 * minute))).toBe(
      "the vault's clock is 3 min ahead of ours, and the purpose came first even so",
    );
  });

  test("a slow one makes nothing explained, and the doubt is told", () => {
    expect(found(announcedPurpose, access, announced(-1, -2 * minute))).toBe(
      "Dana announced 'paying licence renewal' 1 min after by the vault's clock, which is 2 min behind ours: timing unverified",
    );
  });

  test("the edge: half a minute is tolerated", () => {
    expect(found(announcedPurpose, access, announced(0.1, 30_000))).toBeNull();
    expect(found(announcedPurpose, access, announced(0.1, 30_001))).toContain("timing unverified");
    expect(found(reportedTime, access, theFacts({ clockAheadMs: 30_000 }))).toBeNull();
    expect(found(reportedTime, access, theFacts({ clockAheadMs: -30_001 }))).toBe(
      "the vault's clock is 30 s behind ours",
    );
  });
});

describe("telling-purpose", () => {
  test("finds that what was announced doesn't say why", () => {
    expect(found(tellingPurpose, access, theFacts({ intents: [anIntent({ purpose: "work" })] }))).toBe(
      "Dana announced 'work' 14 min before, which doesn't say why",
    );
  });

  test("nothing when it does, nor when nothing was announced", () => {
    expect(found(tellingPurpose, access, theFacts({ intents: [anIntent()] }))).toBeNull();
    expect(found(tellingPurpose, access, theFacts())).toBeNull();
  });

  test("the edge: an item's name alone doesn't tell, one more word does; another vault's names are names too", () => {
    const announced = (purpose: string) => theFacts({ intents: [anIntent({ purpose })] });
    expect(found(tellingPurpose, access, announced("Team Amex"))).not.toBeNull();
    expect(found(tellingPurpose, access, announced("servers"))).not.toBeNull();
    expect(found(tellingPurpose, access, announced("Team Amex renewal"))).toBeNull();
  });
});

describe("wide-purpose", () => {
  const hours = (length: number, vaultId: string | null) =>
    theFacts({ intents: [anIntent({ endsAt: minutesFrom(tuesday1020, -14 + length * 60), vaultId })] });

  test("finds a purpose for any vault, or for more than half a day", () => {
    expect(found(widePurpose, access, hours(5, null))).toBe("the announced purpose covers any watched vault for 5 h");
    expect(found(widePurpose, access, hours(13, "v_cards"))).toBe("the announced purpose covers 13 h");
  });

  test("the edge: four hours for any vault, twelve for one, are no more than a task", () => {
    expect(found(widePurpose, access, hours(4, null))).toBeNull();
    expect(found(widePurpose, access, hours(12, "v_cards"))).toBeNull();
    expect(found(widePurpose, access, theFacts())).toBeNull();
  });
});

describe("office-hours", () => {
  const saturday = anAccess({ occurredAt: saturday0213 });

  test("finds what is outside, with the hours in words", () => {
    expect(found(officeHours, saturday, theFacts())).toBe("Saturday 02:13 in Madrid, outside Mon–Fri 08:00–19:00");
  });

  test("nothing within, nor where every hour is ordinary", () => {
    expect(found(officeHours, access, theFacts())).toBeNull();
    expect(found(officeHours, saturday, theFacts({ vault: aVault({ hours: null }) }))).toBeNull();
  });

  test("the edge, in another zone: 08:00 in New York is within, the millisecond before isn't", () => {
    const person = thePerson({ timezone: null });
    const facts = theFacts({ vault: aVault({ timezone: "America/New_York" }), person });
    const opening = new Date("2026-11-24T13:00:00Z");
    expect(found(officeHours, anAccess({ occurredAt: opening }), facts)).toBeNull();
    expect(found(officeHours, anAccess({ occurredAt: new Date(opening.getTime() - 1) }), facts)).toBe(
      "Tuesday 07:59 in New York, outside Mon–Fri 08:00–19:00",
    );
  });

  test("both clocks are told where they differ, and which one was read", () => {
    const person = thePerson({ timezone: "America/Bogota" });
    expect(found(officeHours, saturday, theFacts({ person }))).toBe(
      "Saturday 02:13 in Madrid, Friday 20:13 in Bogotá, outside Mon–Fri 08:00–19:00 in Madrid",
    );
    expect(found(officeHours, saturday, theFacts({ person, vault: aVault({ clock: "person" }) }))).toBe(
      "Friday 20:13 in Bogotá, Saturday 02:13 in Madrid, outside Mon–Fri 08:00–19:00 in Bogotá",
    );
    const evening = anAccess({ occurredAt: new Date("2026-11-24T19:30:00Z") });
    expect(found(officeHours, evening, theFacts({ person, vault: aVault({ clock: "person" }) }))).toBeNull();
  });

  test("a holiday and a closed day have no ordinary hours; the night before ends on them all the same", () => {
    const holidays = { region: "ES-MD", names: { "2026-11-24": "Constitution Day" } };
    const closed = [{ from: "2026-11-24", until: "2026-11-25" }];
    expect(found(officeHours, access, theFacts({ vault: aVault({ holidays }) }))).toBe(
      "Tuesday 10:20 in Madrid, a public holiday (Constitution Day)",
    );
    expect(found(officeHours, access, theFacts({ vault: aVault({ closed }) }))).toBe(
      "Tuesday 10:20 in Madrid, a closed day",
    );
    const nights = {
      ranges: [{ weekdays: [1, 2, 3, 4, 5], fromMinute: 22 * 60, untilMinute: 6 * 60 }],
      text: "22:00–06:00",
    };
    const vault = aVault({ holidays, hours: nights });
    expect(
      found(officeHours, anAccess({ occurredAt: new Date("2026-11-24T04:00:00Z") }), theFacts({ vault })),
    ).toBeNull();
    expect(found(officeHours, anAccess({ occurredAt: new Date("2026-11-25T04:00:00Z") }), theFacts({ vault }))).toBe(
      "Wednesday 05:00 in Madrid, the night after a public holiday (Constitution Day)",
    );
  });

  test("a task announced for that night makes the hour ordinary, one announced at the door doesn't", () => {
    const task = (minutesAhead: number) =>
      theFacts({
        intents: [
          anIntent({
            announcedAt: minutesFrom(saturday0213, -13 - minutesAhead),
            startsAt: minutesFrom(saturday0213, -13),
          }),
        ],
      });
    expect(found(officeHours, saturday, task(300))).toBeNull();
    expect(found(officeHours, saturday, task(15))).toBeNull();
    expect(found(officeHours, saturday, task(14))).not.toBeNull();
  });
});

describe("reported-time", () => {
  test("finds a time ahead of ours and one before 2000", () => {
    expect(found(reportedTime, anAccess({ receivedAt: minutesFrom(tuesday1020, -90) }), theFacts())).toBe(
      "the vault's clock is 1 h 30 min ahead of ours, so the timing is unverified",
    );
    expect(found(reportedTime, anAccess({ occurredAt: new Date(0) }), theFacts())).not.toBeNull();
  });

  test("nothing on a late report", () => {
    expect(found(reportedTime, anAccess({ receivedAt: minutesFrom(tuesday1020, 5000) }), theFacts())).toBeNull();
  });

  test("the edge: half a minute ahead, and the first instant of 2000, are believed", () => {
    const ahead = (ms: number) => anAccess({ receivedAt: new Date(tuesday1020.getTime() - ms) });
    expect(found(reportedTime, ahead(30_000), theFacts())).toBeNull();
    expect(found(reportedTime, ahead(30_001), theFacts())).not.toBeNull();
    expect(found(reportedTime, anAccess({ occurredAt: new Date("2000-01-01T00:00:00Z") }), theFacts())).toBeNull();
  });
});

describe("first-access", () => {
  const watchedSince = daysBefore(30);
  const amexBefore = remembering({ occurredAt: daysBefore(20), item: { ...access.item, id: "i_amex" } });

  test("finds the first to an item, and the first in the vault", () => {
    expect(found(firstAccess, access, theFacts({ watchedSince, memory: amexBefore }))).toBe(
      "the first recorded access of Dana to this item",
    );
    expect(found(firstAccess, access, theFacts({ watchedSince }))).toBe(
      "the first recorded access of Dana in this vault",
    );
  });

  test("nothing when there was one before; one that came later is no precedent", () => {
    const before = remembering({ occurredAt: daysBefore(1) });
    const after = remembering({ occurredAt: minutesFrom(tuesday1020, 1) });
    expect(found(firstAccess, access, theFacts({ watchedSince, memory: before }))).toBeNull();
    expect(found(firstAccess, access, theFacts({ watchedSince, memory: after }))).not.toBeNull();
  });

  test("the edge: in a vault's first fourteen days everything is new, and nothing is said", () => {
    expect(found(firstAccess, access, theFacts({ watchedSince: daysBefore(14) }))).not.toBeNull();
    expect(found(firstAccess, access, theFacts({ watchedSince: minutesFrom(daysBefore(14), 1) }))).toBeNull();
    expect(found(firstAccess, access, theFacts({ watchedSince: null }))).toBeNull();
  });
});

describe("long-absence", () => {
  const last = (days: number) => theFacts({ memory: remembering({ occurredAt: daysBefore(days) }) });

  test("finds the first access for a quarter of a year, from its very day", () => {
    expect(found(longAbsence, access, last(120))).toBe("the first access in this vault for 120 days");
    expect(found(longAbsence, access, last(90))).not.toBeNull();
  });

  test("nothing before that, nor for a newcomer", () => {
    expect(found(longAbsence, access, last(89))).toBeNull();
    expect(found(longAbsence, access, theFacts())).toBeNull();
  });
});

describe("new app, device, network and country", () => {
  const here = anAccess({
    client: { app: "1Password for Mac", version: "9", platform: "macOS", device: "MacBook" },
    ip: "203.0.113.9",
    location: { country: "ES", city: "Madrid" },
  });
  const there = anAccess({
    occurredAt: daysBefore(20),
    client: { app: "1Password CLI", version: "2", platform: "Linux", device: "server-7" },
    ip: "198.51.100.4",
    location: { country: "co", city: null },
  });
  const all = [newClient, newDevice, newNetwork, newCountry];
  const say = (memory: Memory) => all.map((policy) => found(policy, here, theFacts({ memory })));

  test("is found when others are known", () => {
    expect(say(remembering(there))).toEqual([
      "an app not used before: 1Password for Mac",
      "a device not used before: MacBook",
      "a network not used before: 203.0.113.*",
      "a country not seen before: Spain",
    ]);
  });

  test("isn't when it was used before, when nothing is known of the person, nor when the vault doesn't say", () => {
    expect(say(remembering(there, { ...here, occurredAt: daysBefore(1) }))).toEqual([null, null, null, null]);
    expect(say(emptyMemory())).toEqual([null, null, null, null]);
    const facts = theFacts({ memory: remembering(there) });
    expect(all.map((policy) => found(policy, access, facts))).toEqual([null, null, null, null]);
  });

  test("the edge: a person is learnt for fourteen days", () => {
    expect(say(remembering({ ...there, occurredAt: daysBefore(14) })).every((reason) => reason !== null)).toBe(true);
    expect(say(remembering({ ...there, occurredAt: minutesFrom(daysBefore(14), 1) }))).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  test("a network is the neighbourhood of an address", () => {
    expect(["203.0.113.9", "::ffff:203.0.113.9"].map(networkOf)).toEqual(["203.0.113.*", "203.0.113.*"]);
    expect(["2001:db8:1:2::5", "2001:0DB8:0001::"].map(networkOf)).toEqual(["2001:db8:1:*", "2001:db8:1:*"]);
  });
});

describe("impossible-travel", () => {
  const spain = anAccess({ location: { country: "ES", city: null } });
  const from = (country: string, minutes: number) =>
    theFacts({
      memory: remembering({ occurredAt: minutesFrom(tuesday1020, minutes), location: { country, city: null } }),
    });

  test("finds two countries that nobody reaches in the time between, before or after", () => {
    expect(found(impossibleTravel, spain, from("CO", -40))).toBe(
      "from Spain within 40 min of Colombia, at least 6,500 km away",
    );
    expect(found(impossibleTravel, spain, from("CO", 40))).not.toBeNull();
  });

  test("nothing for a neighbour, nor after a night's flight, nor where no country is told", () => {
    expect(found(impossibleTravel, spain, from("PT", -5))).toBeNull();
    expect(found(impossibleTravel, spain, from("CO", -10 * 60))).toBeNull();
    expect(found(impossibleTravel, spain, from("Atlantis", -5))).toBeNull();
    expect(found(impossibleTravel, access, from("CO", -5))).toBeNull();
  });
});

describe("burst and flood", () => {
  const items = (count: number, minutes: number) =>
    Array.from({ length: count }, (_, n) => ({
      occurredAt: minutesFrom(tuesday1020, minutes),
      item: { ...access.item, id: `i_${n}` },
    }));

  test("many different items within ten minutes are a burst, in whichever order they are reported", () => {
    expect(found(burst, access, theFacts({ memory: remembering(...items(9, -4)) }))).toBe(
      "10 different items within some ten minutes",
    );
    expect(found(burst, access, theFacts({ memory: remembering(...items(9, 4)) }))).not.toBeNull();
  });

  test("the edge: nine aren't, nor is one item many times, nor what was longer ago", () => {
    expect(found(burst, access, theFacts({ memory: remembering(...items(8, -4)) }))).toBeNull();
    const often = Array.from({ length: 40 }, () => ({ occurredAt: minutesFrom(tuesday1020, -3) }));
    expect(found(burst, access, theFacts({ memory: remembering(...often) }))).toBeNull();
    expect(found(burst, access, theFacts({ memory: remembering(...items(20, -16)) }))).toBeNull();
  });

  test("sixty accesses within an hour are a flood, fifty-nine aren't", () => {
    const often = (times: number) =>
      Array.from({ length: times }, (_, n) => ({ occurredAt: minutesFrom(tuesday1020, -n / 2) }));
    expect(found(flood, access, theFacts({ memory: remembering(...often(59)) }))).toBe("60 accesses within an hour");
    expect(found(flood, access, theFacts({ memory: remembering(...often(58)) }))).toBeNull();
  });
});

describe("export", () => {
  test("finds that the secret left the vault", () => {
    expect(found(exported, anAccess({ action: "export" }), theFacts())).toBe(
      "exported, so that a copy is outside of the vault",
    );
  });

  test("nothing for reading it, nor for an act that is named like a part of every object", () => {
    expect(found(exported, access, theFacts())).toBeNull();
    expect(found(exported, anAccess({ action: "constructor" }), theFacts())).toBeNull();
  });
});

describe("sensitive-item", () => {
  test("finds a sensitive item that no purpose explains, and only that", () => {
    expect(found(sensitiveItem, access, theFacts())).toBe("an item marked as sensitive");
    expect(found(sensitiveItem, access, theFacts({ intents: [anIntent()] }))).toBeNull();
    expect(found(sensitiveItem, anAccess({ item: { ...access.item, id: "i_amex" } }), theFacts())).toBeNull();
  });
});

describe("who it was", () => {
  const matched = (changes: Parameters<typeof aSlackUser>[0]): Facts =>
    theFacts({ person: thePerson({ slack: { kind: "matched", user: aSlackUser(changes) } }) });
  const unmatched = (isLookedUp: boolean) =>
    theFacts({ person: thePerson({ slack: { kind: "unmatched" }, isLookedUp }) });

  test("somebody whom Slack doesn't know, once Slack was asked", () => {
    expect(found(unknownActor, access, unmatched(true))).toBe("nobody in Slack has this person's address");
    expect(found(unknownActor, access, unmatched(false))).toBeNull();
    const two: SlackMatch = { kind: "ambiguous", users: [aSlackUser(), aSlackUser({ id: "U2" })] };
    expect(found(unknownActor, access, theFacts({ person: thePerson({ slack: two }) }))).toBe(
      "2 Slack users share this person's address",
    );
    expect(found(unknownActor, access, theFacts())).toBeNull();
  });

  test("somebody who has left, a guest, a stranger, a bot; a colleague is none of these", () => {
    expect(found(deactivatedActor, access, matched({ isDeactivated: true }))).toContain("deactivated");
    expect(found(guestActor, access, matched({ isGuest: true }))).toBe("opened by a guest");
    expect(found(guestActor, access, matched({ isStranger: true }))).toBe("opened by somebody from another workspace");
    expect(found(serviceActor, access, matched({ isBot: true }))).toBe("opened by a bot's account, not a person's");
    for (const policy of [deactivatedActor, guestActor, serviceActor])
      expect(found(policy, access, theFacts())).toBeNull();
  });
});

describe("absent-actor", () => {
  const saying = (text: string, changes: { emoji?: string; until?: Date | null; seenAt?: Date } = {}) => {
    const status = { text, emoji: "", until: null, seenAt: tuesday1020, ...changes };
    return theFacts({ person: thePerson({ slack: { kind: "matched", user: aSlackUser({ status }) } }) });
  };

  test("finds a status that says away, in words or by its picture", () => {
    expect(found(absentActor, access, saying("On holiday until Monday"))).toBe(
      "Dana's Slack status says 'On holiday until Monday'",
    );
    expect(found(absentActor, access, saying("De vacaciones"))).not.toBeNull();
    expect(found(absentActor, access, saying("", { emoji: ":palm_tree:" }))).toBe("Dana's Slack status says away");
  });

  test("nothing for another status, one that had ended, and one that was read at another time", () => {
    expect(found(absentActor, access, saying("In a meeting about holidaymakers"))).toBeNull();
    expect(found(absentActor, access, saying("On holiday", { until: tuesday1020 }))).toBeNull();
    expect(found(absentActor, access, saying("On holiday", { until: minutesFrom(tuesday1020, 1) }))).not.toBeNull();
    expect(found(absentActor, access, saying("On holiday", { seenAt: daysBefore(1) }))).toBeNull();
  });

  test("finds days away and the person's own holidays, by the person's own calendar", () => {
    const away = [{ from: "2026-11-24", until: "2026-11-24" }];
    expect(found(absentActor, access, theFacts({ person: thePerson({ away }) }))).toBe(
      "Dana is down as away on that day",
    );
    const holidays = { region: "DE-BE", names: { "2026-11-24": "Day of Prayer" } };
    expect(found(absentActor, access, theFacts({ person: thePerson({ holidays }) }))).toBe(
      "a public holiday (Day of Prayer) where Dana is",
    );
    const inTokyo = thePerson({ away, timezone: "Asia/Tokyo" });
    const evening = anAccess({ occurredAt: new Date("2026-11-24T15:30:00Z") });
    expect(found(absentActor, evening, theFacts({ person: inTokyo }))).toBeNull();
  });
});
