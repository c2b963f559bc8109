import { simulateSeeds } from "./simulate-seeds.ts";

simulateSeeds(1001, 500);
