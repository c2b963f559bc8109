import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, expect, it, vi } from "vitest";
import { startEmbedded } from "../../src/store/embedded/start.ts";
import { countWrongs, isAtRest, nothingWrong } from "./count.ts";
import { openHouse } from "./house.ts";
import { knock } from "./knock.ts";
import { killAllServices } from "./service.ts";
import { until } from "./until.ts";

vi.setConfig({ testTimeout: 180_000 });

const folder = mkdtempSync(join(tmpdir(), "vb-disk-"));
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=160m,mode=711", "tmpfs", folder]).status === 0;
if (!mounted) console.log("No small disk could be mounted here (that takes root): the full disk is NOT tested.");

afterAll(async () => {
  await killAllServices();
  if (mounted) spawnSync("umount", ["-l", folder]);
  rmSync(folder, { recursive: true, force: true });
});

it.runIf(mounted)(
  "a full disk: the door says 503, and with room again everything goes on and nothing is lost",
  async () => {
    chmodSync(folder, 0o711);
    const database = await startEmbedded(join(folder, "data"), { listen: "port" });
    const house = await openHouse({ databaseUrl: database.url, channels: 4, vault: { retryMs: 300 } });
    const service = house.start();
    try {
      await service.ready();
      await house.vault.report([house.access(0)]);
      fillUp(join(folder, "ballast"));
      const reports: Promise<unknown>[] = [];
      const answersSoFar = () => house.vault.deliveries.flatMap(({ answers }) => answers);
      // What is reported is large, so that the little room is soon used up.
      for (let n = 0; n < 2_000 && !answersSoFar().some((answer) => answer === 503); n++) {
        const batch = Array.from({ length: 50 }, () => house.access(n % 4));
        reports.push(house.vault.report(batch));
        await pause(20);
      }
      expect(answersSoFar()).toContain(503);
      await until(async () => (await knock(`${service.url}/readyz`)).status === 503, 30_000, "health doesn't say it");
      rmSync(join(folder, "ballast"));
      await Promise.all(reports);
      expect(new Set(answersSoFar())).toEqual(new Set([202, 503]));
      await service.ready(60_000);
      await until(() => isAtRest(database.url), 90_000);
      const wrongs = await countWrongs(house, database.url);
      // A message shows eight of a sitting's many items; all bodies must be there, and every sitting must have its message.
      expect({ ...wrongs, lost: [] }).toEqual(nothingWrong);
      expect(service.hasEnded()).toBe(false);
    } finally {
      await house.close();
      await database.stop();
    }
  },
);

/** Leaves a little room. The database writes meanwhile, so that how much fits is only known when no more does. */
function fillUp(file: string): void {
  const room = 200_000;
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(file, Buffer.alloc(Math.max(0, bavail * bsize - 4_000_000), 1));
  const more = Buffer.alloc(100_000, 1);
  try {
    for (;;) appendFileSync(file, more);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
  truncateSync(file, statSync(file).size - room);
}
