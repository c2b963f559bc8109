import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openPlainSlack } from "../other-slack/plain-slack.ts";
import {
  appToken,
  botToken,
  cards,
  people,
  postSigned,
  signingSecret,
  webhookSecret,
  yaml,
} from "../other-slack/stage.ts";
import { freshDatabase } from "../support/database.ts";
import { freePort, killAllServices, startService } from "./service.ts";

afterAll(killAllServices);

test("SIGHUP reads the files again: a new secret counts, a bad file is said, and the process goes on", async () => {
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-reload-"));
  const database = await freshDatabase();
  const now = () => new Date();
  const slack = await openPlainSlack({ botToken, appToken, signingSecret, channels: [cards], people, now });
  const write = (secret: string, text = yaml) => {
    writeFileSync(
      join(folder, ".env"),
      `WEBHOOK_SECRETS=${secret}\nSLACK_BOT_TOKEN=${botToken}\nSLACK_APP_TOKEN=${appToken}\n`,
    );
    writeFileSync(join(folder, "vaultbell.yaml"), text);
  };
  write(`whsec_${Buffer.alloc(24, 9).toString("base64")}`);
  const service = startService({
    port: await freePort(),
    env: {
      DATABASE_URL: database.url,
      SLACK_API_URL: slack.apiUrl,
      VAULTBELL_CONFIG: join(folder, "vaultbell.yaml"),
      VAULTBELL_ENV_FILE: join(folder, ".env"),
    },
  });
  try {
    await service.ready(60_000);
    expect(await postSigned(service.url, "dana", now())).toBe(401);
    write(webhookSecret);
    service.child.kill("SIGHUP");
    await expect.poll(() => postSigned(service.url, "dana", now()), { timeout: 30_000, interval: 200 }).toBe(202);
    write(webhookSecret, yaml.replace("Mon-Fri", "sometimes"));
    service.child.kill("SIGHUP");
    await expect.poll(service.said, { timeout: 30_000 }).toContain("what was before stays in force");
    expect(await postSigned(service.url, "dana", now())).toBe(202);
    expect((await service.stop()).code).toBe(0);
  } finally {
    await service.kill();
    await slack.close();
    await database.drop();
    rmSync(folder, { recursive: true });
  }
});
