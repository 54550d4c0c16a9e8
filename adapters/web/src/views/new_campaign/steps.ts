// The steps, in their order, and how one goes between them.
export const steps = ["audience", "message", "plan", "check", "start"] as const;
export type Step = (typeof steps)[number];

export function isStep(text: string | null | undefined): text is Step {
  return steps.some((one) => one === text);
}

export function nextStep(step: Step): Step | undefined {
  return steps[steps.indexOf(step) + 1];
}

export function stepBefore(step: Step): Step | undefined {
  return steps[steps.indexOf(step) - 1];
}
