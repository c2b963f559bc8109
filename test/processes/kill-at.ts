// Loaded before src/main.ts by `node --import`: the process sends itself a signal at the nth passing of a point,
// as KILL_AT="delivery-after-begin:2" says. SIGKILL, unless a third part names another ("stop:1:SIGSTOP"); commas
// separate several.
import { subscribe } from "node:diagnostics_channel";

for (const plan of (process.env.KILL_AT ?? "").split(",")) {
  const [wanted, nth = "1", signal = "SIGKILL"] = plan.split(":");
  let passings = 0;
  subscribe("vaultbell:point", (message) => {
    if ((message as { name: string }).name !== wanted) return;
    passings += 1;
    if (passings === Number(nth)) process.kill(process.pid, signal);
  });
}
