import { expect, test } from "vitest";
import { isExposure } from "../../src/policies/exposure.ts";

test.each([
  ...["reveal", "copy", "secure-copy", "fill", "export", "share", "enter-item-edit-mode", "server-fetch"],
  ...["select-sso-provider", "other", "something-new", ""],
])("%j lays the secret bare, or might", (action) => expect(isExposure(action)).toBe(true));

test.each(["edit", "move", "delete", "server-create", "server-update"])("%j doesn't", (action) =>
  expect(isExposure(action)).toBe(false),
);
