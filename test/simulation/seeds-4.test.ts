import { simulateSeeds } from "./simulate-seeds.ts";

simulateSeeds(1501, 500);
