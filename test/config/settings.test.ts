import { expect, test } from "vitest";
import { saidByFile, settingOf, withSettings } from "../../src/config/settings.ts";
import { type Config, parseConfig } from "../../src/config.ts";

const file = configOf(
  `
timezone: Europe/Madrid
managers: &leads [marta@example.com, juan@example.com]
policies: { export: critical }
vaults:
  - id: v_cards
    name: "Company cards \\u2028 ‘quoted’"
    channel: C0CARDS
    managers: *leads
    hours: Mon-Fri 08:00-19:00
    policies: &strict { burst: critical }
  - { id: v_keys, name: Keys, channel: C0KEYS, policies: *strict }
`.replace(" \\u2028", ""),
);

test("what the file says of a vault or of all is the file's; the rest can be set", () => {
  const said = saidByFile(file);
  expect(said("v_cards", "hours")).toBe("Mon-Fri 08:00-19:00");
  expect(said("v_cards", "policies.export")).toBe("critical");
  expect(said("v_keys", "policies.burst")).toBe("critical");
  expect(said("v_keys", "hours")).toBeNull();
  expect(said("v_unknown", "policies.export")).toBe("critical");
});

test("settings add to their vault alone, whatever an alias shares; the file goes first", () => {
  const config = merged([
    { vaultId: "v_keys", key: "hours", value: "Mon-Sun 09:00-12:00" },
    { vaultId: "v_keys", key: "policies.flood", value: "off" },
    { vaultId: "v_cards", key: "hours", value: "always" },
    { vaultId: "v_cards", key: "hint", value: 'a "quoted": {hint} # and ünïcode' },
    { vaultId: "v_gone", key: "hint", value: "nowhere" },
  ]);
  const [cards, keys] = config.vaults;
  expect(cards).toEqual({ ...file.vaults[0], hint: 'a "quoted": {hint} # and ünïcode' });
  expect(keys?.hours?.text).toBe("Mon–Sun 09:00–12:00");
  expect(keys?.policies).toEqual({ export: "critical", burst: "critical", flood: "off" });
  expect(config.fingerprint).not.toBe(file.fingerprint);
  // What is stored of it reads the same by itself.
  expect(configOf(config.text)).toEqual({ ...config, file: "vaultbell.yaml" });
});

test("what is a number in the file is one when it is set in Slack", () => {
  const config = merged([{ vaultId: "v_keys", key: "spotCheck", value: "20" }]);
  expect(config.vaults[1]?.followUp.spotCheck).toBe(20);
  const wrong = withSettings(file, [{ vaultId: "v_keys", key: "spotCheck", value: "0" }]);
  expect(!wrong.ok && wrong.mistakes.map(settingOf)).toEqual(["spotCheck"]);
  // Told in a digest that there isn't, it would be told nowhere.
  const nowhere = withSettings(file, [{ vaultId: "v_keys", key: "explained", value: "digest" }]);
  expect(!nowhere.ok && nowhere.mistakes.map(settingOf)).toEqual(["explained"]);
});

test("without anything to add it is the file, byte for byte", () => {
  expect(withSettings(file, [{ vaultId: "v_cards", key: "hours", value: "always" }])).toEqual({
    ok: true,
    config: file,
  });
});

test("what isn't written right is told by setting, with what would be right", () => {
  const reading = withSettings(file, [{ vaultId: "v_keys", key: "hours", value: "weekdays 9am to 5pm" }]);
  if (reading.ok) throw new Error("it was understood");
  expect(reading.mistakes.map((mistake) => [settingOf(mistake), mistake.remedy])).toEqual([
    ["hours", expect.stringContaining("Mon-Fri 09:00-17:00")],
  ]);
  const level = withSettings(file, [{ vaultId: "v_keys", key: "policies.flood", value: "loud" }]);
  expect(!level.ok && level.mistakes.map(settingOf)).toEqual(["policies.flood"]);
});

function merged(settings: Parameters<typeof withSettings>[1]): Config {
  const reading = withSettings(file, settings);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.config;
}

function configOf(text: string): Config {
  const reading = parseConfig(text, "vaultbell.yaml");
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.config;
}
