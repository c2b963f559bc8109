import type { Config } from "../config.ts";
import { createLog } from "../log.ts";
import { configWith } from "../pipeline/take-up.ts";
import type { Db } from "../store/database.ts";
import { settingsInForce } from "../store/settings.ts";

/** What the service goes by: the file, and what managers set in Slack where the file doesn't say it. */
export async function configInForce(db: Db, file: Config): Promise<{ config: Config; settings: number }> {
  const settings = await settingsInForce(db);
  return { config: configWith({ file, log: createLog("silent") }, settings), settings: settings.length };
}
