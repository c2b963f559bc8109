import { expect, test } from "vitest";
import { isSlacks } from "../../src/bot/slack-hosts.ts";

test("an address that a payload brings is followed only where it is Slack's own, over https (T25)", () => {
  for (const address of [
    "https://hooks.slack.com/actions/T1/2/3",
    "https://files.slack.com/upload/v1/x",
    "https://slack-gov.com/x",
  ]) {
    expect(isSlacks(address, null), address).toBe(true);
  }
  const others = [
    "http://hooks.slack.com/actions",
    "https://hooks.slack.com.evil.example/actions",
    "https://evilslack.com/actions",
    "https://127.0.0.1/actions",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/x",
    "https://hooks.slack.com@evil.example/",
    "file:///etc/passwd",
    "not an address",
  ];
  for (const address of others) expect(isSlacks(address, null), address).toBe(false);
});
