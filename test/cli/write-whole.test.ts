import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { whyNoFile, writeWhole } from "../../src/cli/write-whole.ts";

const folder = mkdtempSync(join(tmpdir(), "vaultbell-whole-"));
afterAll(() => rmSync(folder, { recursive: true }));

const never = new AbortController().signal;
async function* pieces() {
  yield "one\n";
  yield "two\n";
}

test("a link stays one: what it leads to is replaced, and nothing is left beside either", async () => {
  mkdirSync(join(folder, "kept"));
  const [link, target] = [join(folder, "latest.csv"), join(folder, "kept", "january.csv")];
  writeFileSync(target, "what was there");
  symlinkSync("kept/january.csv", link);
  await writeWhole(link, pieces(), never);
  expect([readlinkSync(link), readFileSync(target, "utf8")]).toEqual(["kept/january.csv", "one\ntwo\n"]);
  expect([readdirSync(folder), readdirSync(join(folder, "kept"))]).toEqual([["kept", "latest.csv"], ["january.csv"]]);
});

test("only a file, or nothing yet, can be replaced by one", async () => {
  const nowhere = join(folder, "nowhere");
  symlinkSync("isn't there", nowhere);
  expect(await whyNoFile(join(folder, "new.csv"))).toBeNull();
  expect(await whyNoFile(join(folder, "latest.csv"))).toBeNull();
  expect(await whyNoFile(nowhere)).toBe(`${nowhere} is a link to nothing.`);
  expect(await whyNoFile(folder)).toBe(`${folder} is a folder.`);
  expect(await whyNoFile("/dev/null")).toBe(
    "/dev/null is no file that could be replaced. Without --out it goes to standard output: > /dev/null",
  );
});
