import { existsSync } from "node:fs";
import { configFileOf, meansExample, type Variables } from "../config/environment.ts";
import { type Config, exampleFile, loadConfig } from "../config.ts";
import { mistakeLine } from "./check.ts";
import type { Output } from "./output.ts";

/**
 * The configuration that a start here would use, or the one in `file`; `null` when it can't be used, which has been said on `out`,
 * a line for each mistake.
 */
export function configMeant(env: Variables, out: Output, file: string | null = null): Config | null {
  const usual = configFileOf(env);
  const reading = loadConfig(file ?? (meansExample(env) && !existsSync(usual) ? exampleFile : usual));
  if (reading.ok) return reading.config;
  for (const mistake of reading.mistakes) out.error(mistakeLine(mistake));
  return null;
}
