/** From which share on something is switched on, below which it is switched off, and how long, in ms, that must last. */
export interface LossLimits {
	much: number;
	little: number;
	onAfter: number;
	offAfter: number;
}

/**
 * Whether something is to be done against loss: when much has been lost for a while, until next to nothing has been for
 * longer. A rule in given time (ms); it reads no clock.
 */
export class LossSwitch {
	on = false;
	private since: number | null = null;

	constructor(private readonly limits: LossLimits) {}

	/** This share is lost now, 0 to 1. Gives whether it has just been switched. */
	update(loss: number, now: number): boolean {
		const { much, little, onAfter, offAfter } = this.limits;
		const otherwise = this.on ? loss < little : loss >= much;
		if (!otherwise) this.since = null;
		else this.since ??= now;
		if (this.since === null || now - this.since < (this.on ? offAfter : onAfter)) return false;
		this.on = !this.on;
		this.since = null;
		return true;
	}

	/** What has lasted so far counts no more. */
	beginAnew(): void {
		this.since = null;
	}
}
