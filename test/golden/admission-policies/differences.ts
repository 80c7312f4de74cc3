/** Answers that ours differ from, by case, with the reason. */

export const differences: Readonly<Record<string, string>> = {};
