// Refusals of the server in the language spoken, by their stable words; in English the server's own sentence says more.

import { isEnglish, t } from "./language";

const SENTENCES: Record<string, string> = {
  "bad-question": t("The question cannot be answered as it is asked."), findings: t("The study cannot be used with this what-if."),
  "too-many-ways": t("Too many partial routes stand side by side. Ask for fewer criteria, or set a deadline."), "too-slow": t("This took too long. Ask for fewer criteria, places to pass or days."),
  busy: t("Too many questions wait. Ask again in a moment."), stopped: t("The server stops."), failed: t("The server failed here; its log says how."),
  "name-taken": t("The study already has a scenario or change of this name. Choose another name."), "being-saved": t("Somebody else is saving. Try again."),
  "cannot-write": t("The study cannot be written."), "not-csv": t("The study does not keep this table as CSV, so that no row can be added to it."), "wrong-token": t("Open the address with its token."),
};

/** What a refusal says to the reader. */
export function refusal(error: string, message: string, asked = ""): string {
  if (isEnglish) return message;
  if (error === "unknown-name" && asked) return t("There is no \"{words}\" in this study.", { words: asked });
  return SENTENCES[error] ?? message;
}
