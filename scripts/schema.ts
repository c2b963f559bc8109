// Rewrites vaultbell.schema.json from the definition that also reads vaultbell.yaml.
//   node scripts/run.mjs node scripts/schema.ts
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonSchema } from "../src/config/schema.ts";

const root = join(import.meta.dirname, "..");
const file = join(root, "vaultbell.schema.json");
writeFileSync(file, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
execFileSync(
  process.execPath,
  [join(root, "node_modules", "@biomejs", "biome", "bin", "biome"), "format", "--write", file],
  {
    cwd: root,
    stdio: "inherit",
  },
);
