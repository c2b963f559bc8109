import type { Assessment } from "../model.ts";

/** What is concluded about a test: nobody opened anything, so no policy has anything to say. */
export function testAssessment(policyVersion: string): Assessment {
  return {
    state: "unexplained",
    severity: "note",
    sentence: "a test: nobody opened anything",
    findings: [],
    intentId: null,
    policyVersion,
  };
}
