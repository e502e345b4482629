import { JitterTarget } from "./jitter-target";

/** How often, in ms, it is looked at what became of the pictures. */
const EVERY = 1_000;

/** Watches what the pictures of one connection miss, and has each kept for as long as its repair takes. */
export class JitterBuffers {
	private readonly rules = new Map<string, JitterTarget>();
	private timer: ReturnType<typeof setInterval> | undefined;

	constructor(private readonly connection: Pick<RTCPeerConnection, "getStats" | "getTransceivers">) {}

	/** From now on. Browsers without `jitterBufferTarget` are left alone. */
	watch(): void {
		if (!("jitterBufferTarget" in (globalThis.RTCRtpReceiver?.prototype ?? {}))) return;
		this.timer ??= setInterval(() => void this.look().catch(() => {}), EVERY);
	}

	stop(): void {
		clearInterval(this.timer);
	}

	private async look(): Promise<void> {
		const report = await this.connection.getStats();
		const receivers = new Map(this.connection.getTransceivers().map(({ mid, receiver }) => [mid, receiver]));
		report.forEach((stats) => {
			if (stats.type !== "inbound-rtp" || stats.kind !== "video") return;
			const receiver = receivers.get(stats.mid);
			if (!receiver) return;
			const rule = this.rules.get(stats.mid) ?? new JitterTarget();
			this.rules.set(stats.mid, rule);
			const { packetsReceived = 0, nackCount = 0, freezeCount = 0 } = stats;
			const counts = { received: packetsReceived, missed: nackCount, freezes: freezeCount };
			const before = rule.target;
			const target = rule.update(counts, performance.now());
			// Chromium's page stands still for some 2 ms at each setting, be it to what was set already.
			if (target !== before) receiver.jitterBufferTarget = target;
		});
	}
}
