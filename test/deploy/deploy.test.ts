import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { serviceEnvironment, serviceFlags } from "../../scripts/run.mjs";
import { createMetrics } from "../../src/metrics.ts";

const root = join(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const metrics = await createMetrics().registry.getMetricsAsJSON();
const ours = metrics.filter(({ name }) => name.startsWith("vaultbell_"));

test("every metric is named and explained as Prometheus has it", () => {
  expect(ours.length).toBeGreaterThan(12);
  for (const { name, help, type } of ours) {
    expect(name, "snake case").toMatch(/^vaultbell_[a-z]+(_[a-z]+)*$/);
    expect(help, `${name} has a sentence`).toMatch(/^[A-Z0-9].{20,}\.$/);
    // https://prometheus.io/docs/practices/naming/: base units, and counters alone end with _total.
    expect(name, "base units").not.toMatch(/_(ms|milliseconds|minutes|hours|days|kb|mb|percent)(_|$)/);
    expect(name.endsWith("_total"), `${name} is a ${type}`).toBe(String(type) === "counter");
    if (String(type) === "histogram") expect(name).toMatch(/_(seconds|bytes)$/);
  }
});

test("the dashboard and the alert rules ask for metrics that exist, each of ours at least once", () => {
  const dashboard = JSON.parse(read("deploy/grafana-dashboard.json"));
  const panels: { title: string; gridPos: { x: number; w: number }; targets: { expr: string }[] }[] = dashboard.panels;
  const rules: { alert: string; expr: string; annotations: { summary: string } }[] = parse(read("deploy/alerts.yaml"))
    .groups[0].rules;
  const asked = [...panels.flatMap(({ targets }) => targets), ...rules].map(({ expr }) => expr);
  const known = new Set(
    metrics.flatMap(({ name, type }) => (String(type) === "histogram" ? [name, `${name}_bucket`] : [name])),
  );
  const named = asked.flatMap((expr) => expr.match(/\b(vaultbell|process|nodejs)_\w+/g) ?? []);
  expect(named.filter((name) => !known.has(name))).toEqual([]);
  const unseen = ours.filter(({ name }) => !named.some((one) => one === name || one === `${name}_bucket`));
  expect(unseen.map(({ name }) => name)).toEqual([]);
  for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  for (const { alert, annotations } of rules) {
    expect(alert).toMatch(/^Vaultbell[A-Z]\w+$/);
    expect(annotations.summary.length).toBeGreaterThan(20);
  }
});

test("the rules ask for outcomes that the door really counts", () => {
  const outcomes = [...read("deploy/alerts.yaml").matchAll(/outcome="([^"]+)"/g)].map(([, outcome = ""]) => outcome);
  const declared = /type DoorOutcome = ([^;]+);/.exec(read("src/vault/door.ts"))?.[1] ?? "";
  for (const outcome of outcomes) expect(declared).toContain(`"${outcome}"`);
});

const secretLike = /(xox[abeprs]-|xapp-|whsec_|PASSWORD|postgres:\/\/\S+:\S+@)/;

test("unit and image start it as `npm start` does", () => {
  const [unit, image] = [read("deploy/vaultbell.service"), read("deploy/Containerfile")];
  for (const flag of serviceFlags) {
    expect(unit).toContain(` ${flag} `);
    expect(image).toContain(`"${flag}"`);
  }
  for (const [name, value] of Object.entries(serviceEnvironment)) {
    expect(unit).toMatch(new RegExp(`^Environment=.*\\b${name}=${value}\\b`, "m"));
    expect(image).toMatch(new RegExp(`^ENV .*\\b${name}=${value}\\b`, "m"));
  }
});

test("the image is pinned, small, not root's, and holds no secret", () => {
  const text = read("deploy/Containerfile");
  const images = [...text.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
  expect(new Set(images).size).toBe(1);
  for (const image of images) expect(image).toMatch(/^docker\.io\/library\/node:\d+\.\d+\.\d+-[a-z]+-slim$/);
  expect(text).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  expect(text).toMatch(/^RUN npm ci .*--ignore-scripts/m);
  expect(text).toContain("--read-only --cap-drop=all");
  expect(text.match(/^(ADD|VOLUME|ARG)\b/gm)).toBeNull();
  expect(text).not.toMatch(secretLike);
  const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = ""]) => files.split(" "));
  expect(copied.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  expect(copied).not.toContain(".");
  // What src reads at run time beside itself.
  expect(copied).toEqual(expect.arrayContaining(["migrations", "manifest.json", "vaultbell.example.yaml", "src"]));
});

test("the unit runs as a user of its own, on a file system that it can't write to, and without secrets", () => {
  const text = read("deploy/vaultbell.service");
  for (const line of [
    "User=vaultbell",
    "ProtectSystem=strict",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "UMask=0077",
  ]) {
    expect(text.split("\n")).toContain(line);
  }
  expect(text).toMatch(/^Environment=.*VAULTBELL_ENV_FILE=\/etc\//m);
  expect(text).toMatch(/^ExecReload=\/bin\/kill -HUP \$MAINPID$/m);
  expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThan(10);
  expect(text).not.toMatch(secretLike);
});
