import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { alertsOf } from "./clicker.ts";
import { countWrongs, isAtRest, nothingWrong } from "./count.ts";
import { type FsyncServer, startFsyncServer } from "./fsync-server.ts";
import { openHouse } from "./house.ts";
import { knock } from "./knock.ts";
import { freePort, isRunning, killAllServices } from "./service.ts";
import { until } from "./until.ts";
import { openVault, type Reported, type Vault } from "./vault.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const root = resolve(import.meta.dirname, "..", "..");
let server: FsyncServer;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  server = await startFsyncServer();
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(async () => {
  await killAllServices();
  await server.stop();
});

describe("SIGTERM", () => {
  it("under load: the door shuts, what was acknowledged is kept, and the end comes within 10 s with code 0", async () => {
    const database = await server.emptyDatabase();
    closing.push(database.drop);
    const house = await openHouse({ databaseUrl: database.url, channels: 4, vault: { retryMs: 20 } });
    closing.push(house.close);
    const service = house.start();
    await service.ready();
    const reports = Array.from({ length: 60 }, (_, n) => house.vault.report([house.access(n % 4)]));
    await until(() => house.vault.deliveries.filter(({ acknowledgedAt }) => acknowledgedAt).length >= 5, 20_000);
    const { code, tookMs } = await service.stop();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(10_000);
    await expect(knock(`${service.url}/healthz`)).rejects.toThrow();

    const next = house.start();
    await Promise.all(reports);
    await until(() => isAtRest(database.url), 30_000);
    expect(await countWrongs(house, database.url)).toEqual(nothingWrong);
    expect((await next.stop()).code).toBe(0);
  });

  it("while Slack keeps us waiting: the end comes within 10 s with code 0, and the next start goes on", async () => {
    const database = await server.emptyDatabase();
    closing.push(database.drop);
    const house = await openHouse({ databaseUrl: database.url, channels: 1 });
    closing.push(house.close);
    const service = house.start();
    await service.ready();
    house.slack.faults.add({ method: "chat.postMessage", kind: "accept-then-hang", times: 1 });
    const access = house.access(0);
    await house.vault.report([access]);
    await until(() => alertsOf(house).length === 1, 10_000);
    const { code, tookMs } = await service.stop();
    expect(tookMs).toBeLessThan(10_000);
    expect([code, service.said()]).toEqual([0, service.said()]);
    house.start();
    await until(() => isAtRest(database.url), 40_000);
    expect(await countWrongs(house, database.url)).toEqual(nothingWrong);
  });
});

describe("npm start, beside its stand-in workspace", () => {
  const secret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;

  /** As a newcomer types it, in a process group of its own. */
  async function npmStart(
    folder: string,
  ): Promise<{ npm: ChildProcess; url: string; said: () => string; ready: () => Promise<void> }> {
    const port = await freePort();
    const npm = spawn("npm", ["start"], {
      cwd: root,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: process.env.HOME ?? "",
        PORT: String(port),
        VAULTBELL_DATA: folder,
        VAULTBELL_CONFIG: join(root, "vaultbell.example.yaml"),
        WEBHOOK_SECRETS: secret,
      },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const listen = (text: string) => {
      said += text;
    };
    for (const stream of [npm.stdout, npm.stderr]) stream.setEncoding("utf8").on("data", listen);
    const url = `http://127.0.0.1:${port}`;
    closing.push(async () => {
      const ours = treeOf(npm.pid ?? 0);
      for (const pid of [...ours, ...postmasterOf(folder)]) if (isRunning(pid)) process.kill(pid, "SIGKILL");
    });
    return {
      npm,
      url,
      said: () => said,
      ready: async () => {
        await until(() => said.includes("Vaultbell is running."), 60_000, `it doesn't start. It said:\n${said}`);
      },
    };
  }

  function newFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "vb-npm-"));
    // Run by root, PostgreSQL belongs to somebody else, who must be able to get there.
    chmodSync(folder, 0o711);
    closing.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
    return join(folder, "data");
  }

  it("SIGKILL of npm itself leaves nothing running", async () => {
    const folder = newFolder();
    const { npm, ready } = await npmStart(folder);
    await ready();
    const tree = [...treeOf(npm.pid ?? 0), ...postmasterOf(folder)];
    expect(tree.length).toBeGreaterThanOrEqual(3);
    npm.kill("SIGKILL");
    await until(() => !tree.some(isRunning), 15_000, "something goes on running");
  });

  it("SIGKILL of the program that npm runs leaves nothing running", async () => {
    const folder = newFolder();
    const { npm, ready } = await npmStart(folder);
    await ready();
    const tree = [...treeOf(npm.pid ?? 0), ...postmasterOf(folder)];
    const wrapper = tree.find((pid) => /vaultbell\.mjs/.test(commandOf(pid)) && !/ -c /.test(commandOf(pid)));
    process.kill(wrapper ?? 0, "SIGKILL");
    await until(() => !tree.some(isRunning), 15_000, "something goes on running");
  });

  it("a second one on the same folder is refused by a sentence, and the first goes on", async () => {
    const folder = newFolder();
    const first = await npmStart(folder);
    await first.ready();
    const second = await npmStart(folder);
    const [code] = (await once(second.npm, "exit")) as [number];
    expect(code).not.toBe(0);
    expect(second.said()).toMatch(/Vaultbell is already running on the data folder .* \(process \d+\)\. Stop it first/);
    expect(second.said()).toContain("Vaultbell did not start.");
    expect(second.said()).not.toMatch(/\n\s+at /);
    expect((await knock(`${first.url}/readyz`)).status).toBe(200);
  });

  it("kill -9 of everything in a burst, and started again: all that was acknowledged is in the database and in the channel", async () => {
    const folder = newFolder();
    const first = await npmStart(folder);
    let url = first.url;
    const vault: Vault = openVault(secret, () => url);
    closing.push(vault.shut);
    await first.ready();
    const reports = Array.from({ length: 40 }, (_, n) => vault.report([burstAccess(n)]));
    await until(() => vault.deliveries.filter(({ acknowledgedAt }) => acknowledgedAt).length >= 10, 20_000);
    const tree = [...treeOf(first.npm.pid ?? 0), ...postmasterOf(folder)];
    // Some end by themselves as the others go.
    for (const pid of tree) if (isRunning(pid)) process.kill(pid, "SIGKILL");
    await until(() => !tree.some(isRunning), 10_000);

    const second = await npmStart(folder);
    url = second.url;
    await second.ready();
    await Promise.all(reports);
    const titles = vault.deliveries.flatMap(({ accesses }) => accesses.map(({ title }) => title));
    const missing = async () => {
      const channel = await shownInStandIn(url);
      return titles.filter((title) => !channel.includes(title));
    };
    // One sitting, of which a message shows eight items: those are looked for by the number it says.
    await until(async () => (await missing()).length <= titles.length - 8, 60_000, "the channel shows no items");
    await until(async () => /and 32 more/.test(await shownInStandIn(url)), 60_000, "the channel doesn't show all");
    const state = JSON.parse((await knock(`${url}/readyz`)).text) as { waiting?: { messages: number } };
    expect(state.waiting?.messages ?? 0).toBe(0);
  });
});

function burstAccess(n: number): Reported {
  return {
    eventId: `burst_${n}`,
    title: `Burst ${n}.`,
    email: "dana@example.com",
    vaultId: "v_cards",
    channel: "C0CARDS",
  };
}

async function shownInStandIn(url: string): Promise<string> {
  return (await knock(`${url}/sandbox/state?as=U02MARTA`)).text;
}

/** The process and all its descendants, by Linux's own list. */
function treeOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It ended while we looked.
    }
  }
  const tree = [pid];
  for (const one of tree) for (const [child, parent] of parents) if (parent === one) tree.push(child);
  return tree.filter(isRunning);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/** PostgreSQL runs in a session of its own. */
function postmasterOf(folder: string): number[] {
  try {
    return [Number(readFileSync(join(folder, "postgres", "postmaster.pid"), "utf8").split("\n")[0])].filter(isRunning);
  } catch {
    return [];
  }
}
