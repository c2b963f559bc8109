import { type Setting, saidByFile, withSettings } from "../config/settings.ts";
import type { Config } from "../config.ts";
import { inTransaction } from "../store/database.ts";
import { urgency, want } from "../store/messages.ts";
import { seal, wake } from "../store/record.ts";
import { endedSubject, lockSettings, newestSetting, settingEnded, settingsInForce } from "../store/settings.ts";
import { type House, watchedVault } from "./house.ts";

interface Settings {
  /** Returns how many changes were taken up: none costs one question. */
  takeUp(): Promise<number>;
  /** From now on the file says this. */
  fileChanged(file: Config): Promise<void>;
}

/** Keeps a house's configuration what the file and the settings in the database say. */
export function createSettings(house: House): Settings {
  let seen: string | null = "0";
  const takeUp = async () => {
    const newest = await newestSetting(house.store.db, null);
    if (newest === seen) return 0;
    await endWhatTheFileSays(house);
    house.config = configWith(house, await settingsInForce(house.store.db));
    // What came between the two questions is taken up by the next turn.
    seen = newest;
    return 1;
  };
  return {
    takeUp,
    fileChanged: async (file) => {
      await endWhatTheFileSays({ ...house, file });
      const settings = await settingsInForce(house.store.db);
      // Both at once: whoever looked between them would tell the database that the old rules are what the new file says.
      house.config = configWith({ ...house, file }, settings);
      house.file = file;
      seen = null;
    },
  };
}

/** The file with these settings. One that can't be read any more, by a newer version, is left out: what it meant is unknown. */
export function configWith(house: Pick<House, "file" | "log">, settings: Setting[]): Config {
  const whole = withSettings(house.file, settings);
  if (whole.ok) return whole.config;
  const understood = settings.filter((one) => withSettings(house.file, [one]).ok);
  house.log.error(
    { settings: settings.length - understood.length },
    "settings made in Slack can't be read, and are left out",
  );
  const rest = withSettings(house.file, understood);
  return rest.ok ? rest.config : house.file;
}

/** Where the file says something itself, what was set in Slack is over: said once in the vault's channel. */
async function endWhatTheFileSays(house: House): Promise<void> {
  const said = saidByFile(house.file);
  const isOver = ({ vaultId, key }: Setting) => said(vaultId, key) !== null;
  if (!(await settingsInForce(house.store.db)).some(isOver)) return;
  await inTransaction(house.store.db, async (tx) => {
    await lockSettings(tx);
    const now = house.clock.now();
    for (const setting of (await settingsInForce(tx)).filter(isOver)) {
      const subject = endedSubject(await settingEnded(tx, setting, now));
      const channel = watchedVault(house.file, setting.vaultId)?.channel;
      if (channel) await want(tx, { kind: "setting", subject, channel, urgency: urgency.warning, at: now });
      await seal(tx, now, [
        { kind: "setting ended", payload: { vault: setting.vaultId, key: setting.key, was: setting.value } },
      ]);
    }
    await wake(tx);
  });
}
