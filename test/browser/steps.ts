/** Steps that are told as they pass or fail. A failed step doesn't hide what the later ones would say. */
export interface Steps {
  step(claim: string, show: () => Promise<void>): Promise<void>;
  readonly passed: number;
  readonly failed: number;
}

export function steps(): Steps {
  let passed = 0;
  let failed = 0;
  return {
    async step(claim, show) {
      try {
        await show();
        passed += 1;
        console.log(`ok    ${claim}`);
      } catch (error) {
        failed += 1;
        console.log(`FAIL  ${claim}\n      ${String(error).replaceAll("\n", "\n      ")}`);
      }
    },
    get passed() {
      return passed;
    },
    get failed() {
      return failed;
    },
  };
}
