import { spawn } from "node:child_process";
import { join } from "node:path";
import type { PlantedBug } from "./bugs.ts";
import { plant } from "./plant.ts";

export interface Caught {
  seed: number;
  problem: string;
}

/** Lets the simulation loose on a copy with the bug in it, in a process of its own; `null`: no seed noticed. */
export async function hunt(bug: PlantedBug, from: number, seeds: number): Promise<Caught | null> {
  const copy = plant(bug);
  try {
    const script = join(copy.folder, "test", "simulation", "planted", "run.ts");
    const child = spawn(process.execPath, [script, String(from), String(seeds), ...(bug.always ?? [])], {
      stdio: ["ignore", "pipe", "pipe"],
      // Vitest's own settings are of no use to a plain Node.
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    let said = "";
    let complained = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
    });
    child.stderr.on("data", (chunk) => {
      complained += chunk;
    });
    const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
    if (code !== 0) throw new Error(`${bug.name}: the simulation ended with ${code}: ${complained.slice(-2_000)}`);
    return JSON.parse(said) as Caught | null;
  } finally {
    copy.remove();
  }
}
