import { Redundancy, type VoiceCounts } from "./redundancy";

/** How often, in ms, it is looked at what became of the voice. */
const EVERY = 1_000;

/**
 * Watches how much of one's voice is lost on the way up, and tells when it is to be sent with redundancy, or no more so.
 * `change` resolves to whether it was done; where it was not, the browser can't, and nothing is tried again.
 */
export class Voice {
	private readonly rule = new Redundancy();
	private timer: ReturnType<typeof setInterval> | undefined;
	private busy = false;
	private redundant = false;

	constructor(
		private readonly sender: Pick<RTCRtpSender, "getStats">,
		private readonly change: (redundant: boolean) => Promise<boolean>,
	) {}

	/** From now on. Once it has begun, nothing more happens. Firefox refuses statistics that a closing connection owes. */
	watch(): void {
		this.timer ??= setInterval(() => void this.look().catch(() => {}), EVERY);
	}

	stop(): void {
		clearInterval(this.timer);
	}

	private async look(): Promise<void> {
		if (this.busy) return;
		this.busy = true;
		try {
			const counts = countsOf(await this.sender.getStats());
			const wanted = counts ? this.rule.update(counts, performance.now()) : this.redundant;
			if (wanted !== this.redundant) {
				if (await this.change(wanted)) this.redundant = wanted;
				else this.stop();
			}
		} finally {
			this.busy = false;
		}
	}
}

function countsOf(report: RTCStatsReport): VoiceCounts | null {
	let counts: VoiceCounts | null = null;
	let fractionLost = 0;
	report.forEach((stats) => {
		if (stats.type === "outbound-rtp")
			counts = { sent: stats.packetsSent ?? 0, again: stats.retransmittedPacketsSent ?? 0, fractionLost: 0 };
		if (stats.type === "remote-inbound-rtp") fractionLost = stats.fractionLost ?? 0;
	});
	return counts && Object.assign(counts, { fractionLost });
}
