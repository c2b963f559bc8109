#!/usr/bin/env node
// `npx vaultbell …` and `npm start`: the entry of src/main.ts, on the project's own Node.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, serviceEnvironment, serviceFlags } from "./run.mjs";

const main = join(dirname(dirname(fileURLToPath(import.meta.url))), "src", "main.ts");
run("node", [...serviceFlags, main, ...process.argv.slice(2)], serviceEnvironment);
