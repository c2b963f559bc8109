import { dirname, join } from "node:path";

/** What PostgreSQL's programs get to see of our environment: nothing of ours, least of all tokens and PG… settings. */
export function plainEnvironment(programs: { postgres: string }): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP } = process.env;
  return {
    LC_ALL: "C",
    TZ: "UTC",
    PATH,
    LD_LIBRARY_PATH: join(dirname(dirname(programs.postgres)), "lib"),
    ...(process.platform === "win32" ? { SystemRoot, TEMP } : {}),
  };
}
