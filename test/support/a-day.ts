import { dana, juan, marta, type Story } from "./story.ts";

/** Dana opens the card for the purpose that she announced; Juan opens another without one, and Marta says Expected. */
export async function aDay(story: Story, purpose = "paying licence renewal for Company Visa"): Promise<void> {
  await story.command(dana, purpose);
  await story.reveal({ by: dana });
  await story.reveal({ by: juan, itemId: "i_amex" });
  const [, second] = story.alerts();
  if (second) await story.press(marta, second, "Expected");
}
