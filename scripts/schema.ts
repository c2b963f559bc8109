// Rewrites vaultbell.schema.json from the definition that also reads vaultbell.yaml.
//   node scripts/run.mjs node scripts/schema.ts
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonSchema } from "../src/config/schema.ts";

const file = join(import.meta.dirname, "..", "vaultbell.schema.json");
writeFileSync(file, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
