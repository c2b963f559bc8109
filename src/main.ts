import { check } from "./cli/check.ts";
import { doctor } from "./cli/doctor.ts";
import { migrateDatabase } from "./cli/migrate.ts";
import { start } from "./cli/start.ts";

const usage = `Usage: vaultbell COMMAND

  start          runs everything; without Slack tokens, beside a stand-in workspace with its page at /
  check [FILE]   reads the configuration and says what is wrong in it, and where
  migrate        brings the database to the newest schema (start does this too)
  doctor         looks at database, Slack, channels and managers, and says how to mend what is wrong`;

async function main([command, ...args]: string[]): Promise<number> {
  switch (command) {
    case "start":
      return start(process.env, console);
    case "check":
      return check(args, process.env, console);
    case "migrate":
      return migrateDatabase(process.env, console);
    case "doctor":
      return doctor(process.env, console);
    case "help":
    case "--help":
    case undefined:
      console.log(usage);
      return command === undefined ? 2 : 0;
    default:
      console.error(`There is no command "${command}".\n\n${usage}`);
      return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
// The channel to scripts/run.mjs would keep a finished process alive.
if (process.connected) process.disconnect();
