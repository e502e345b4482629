/**
 * How many milliseconds to wait before an attempt, counted from 0: longer and longer, to the last of `steps`, and at
 * random, so that 122 clients who lost the same server don't storm it together.
 */
export function backoff(steps: readonly number[], attempt: number): number {
	const step = steps[Math.min(attempt, steps.length - 1)] ?? 0;
	return step * (0.5 + Math.random());
}
