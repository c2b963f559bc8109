import { expect, test } from "vitest";
import { isCountryCode, isPlainId, isPlainVersion, isPlainWord } from "../../src/policies/plain-words.ts";

test.each([
  "reveal",
  "secure-copy",
  "enter-item-edit-mode",
  "select-sso-provider",
  "server-fetch",
  "autofill",
  "1Password for Mac",
  "1Password Browser Extension",
  "Chrome extension",
  "device type 12",
  "macOS",
  "credit_card",
  "Login",
])("%s can't be anybody's name", (text) => {
  expect(isPlainWord(text)).toBe(true);
});

test.each(["José's app", "1Password for Jose", "grant", "mark", "reveal-jnunez", "Dana"])("%s can", (text) => {
  expect(isPlainWord(text)).toBe(false);
});

test("versions are numbers, countries are codes, and ids are no paths", () => {
  const versions = ["3", "81204000", "8.10.4", "v2", "1.0-beta.3", "build of Jo", "8.jose", "1".repeat(41)];
  expect(versions.filter(isPlainVersion)).toEqual(["3", "81204000", "8.10.4", "v2", "1.0-beta.3"]);
  expect(["ES", "es", "Spain", "ESP"].filter(isCountryCode)).toEqual(["ES"]);
  const ids = [
    "i_visa",
    "vaultbell:test",
    "56YE2TYN2VFYRLNSHKPW5NVT5E",
    "secret/jose",
    "Jo N",
    "josé",
    "jo@example.com",
  ];
  expect(ids.filter(isPlainId)).toEqual(["i_visa", "vaultbell:test", "56YE2TYN2VFYRLNSHKPW5NVT5E"]);
});
