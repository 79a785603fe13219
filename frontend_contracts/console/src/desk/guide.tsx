import { words } from "../english.ts";

interface Step {
  readonly title: string;
  readonly text: string;
  readonly answers: readonly string[];
}

/** What to say and ask, in the campaign's order. */
export function CallGuide({ guide }: { guide: unknown }) {
  const steps = stepsOf(guide);
  if (steps.length === 0) return null;
  return (
    <section className="guide" aria-labelledby="guide">
      <h3 id="guide">{words.desk.guide}</h3>
      <ol>
        {steps.map((step, index) => (
          <li key={index}>
            {step.title && <b>{step.title}</b>}
            {step.text && <p>{step.text}</p>}
            {step.answers.length > 0 && (
              <ul>
                {step.answers.map((answer) => (
                  <li key={answer}>{answer}</li>
                ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The steps of a guide, of whose JSON the schema says little; what is not understood is left out. */
export function stepsOf(guide: unknown): readonly Step[] {
  if (!Array.isArray(guide)) return [];
  return guide.flatMap((each: unknown) => {
    if (typeof each !== "object" || each === null) return [];
    const { title, question, text, answers } = each as Record<string, unknown>;
    const said = (value: unknown) => (typeof value === "string" ? value : "");
    const listed = Array.isArray(answers) ? answers : [];
    const step: Step = {
      title: said(title) || said(question),
      text: said(text),
      answers: listed.map(textOf).filter((answer) => answer !== ""),
    };
    return step.title || step.text ? [step] : [];
  });
}

/** An answer to choose is an object with its text and the id of the question that follows. */
function textOf(answer: unknown): string {
  if (typeof answer === "string") return answer;
  const text = (answer as { text?: unknown } | null)?.text;
  return typeof text === "string" ? text : "";
}
