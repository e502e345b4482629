import type { VideoCodec } from "../protocol";
import { setCodec } from "./codecs";

/** As much of an RTCRtpSender as is needed to switch its encodings; tests have their own. */
export type EncodingsOf = Pick<RTCRtpSender, "getParameters" | "setParameters">;

/** What one encoding may take: bit/s, and frames a second. */
export type Limits = Pick<RTCRtpEncodingParameters, "maxBitrate" | "maxFramerate">;

/** How often, and after what time, a browser that refuses is asked again. */
const ATTEMPTS = 5;
const AGAIN = 300;

/**
 * Keeps the lowest encodings of one sender active, and no more than are wanted: what nobody watches is neither encoded
 * nor sent. What the sender itself says is compared with what is wanted, so that `check` may be called whenever
 * something may have changed it. Calls of `setParameters` never overlap (the browser would refuse the second), and the
 * latest wish wins.
 */
export class Encodings {
	private busy = false;
	private again = false;
	private failures = 0;
	private timer: ReturnType<typeof setTimeout> | undefined;
	private scales: readonly number[] | null = null;
	private codec: VideoCodec | null = null;
	private limits: Limits = {};
	private degradation: RTCDegradationPreference | null = null;
	/** The browser has been told what goes first: not all of them say what it is. */
	private told = true;

	/** `wanted`: how many encodings, from the lowest on. `mode`: how VP9 and AV1 are sent. */
	constructor(
		private readonly sender: EncodingsOf,
		private wanted: number,
		private readonly mode: string,
	) {}

	want(count: number): void {
		this.wanted = count;
		this.check();
	}

	/** Scale the encodings down by so much, from the lowest on. The others are of no use to this picture. */
	scale(scales: readonly number[]): void {
		this.scales = scales;
		this.check();
	}

	/** Send all of them in this codec, or in whatever was agreed on first. */
	use(codec: VideoCodec | null): void {
		this.codec = codec;
		this.check();
	}

	/** Each encoding keeps to these limits; what goes first where the link is too thin for them. */
	limit(limits: Limits, degradation: RTCDegradationPreference): void {
		this.limits = limits;
		this.told &&= this.degradation === degradation;
		this.degradation = degradation;
		this.check();
	}

	/** Make it so, unless it is: after a negotiation, or another track, too. */
	check(): void {
		this.failures = 0;
		clearTimeout(this.timer);
		void this.apply();
	}

	stop(): void {
		clearTimeout(this.timer);
		this.failures = ATTEMPTS;
	}

	private async apply(): Promise<void> {
		this.again = true;
		if (this.busy) return;
		this.busy = true;
		try {
			while (this.again) {
				this.again = false;
				await this.applyOnce();
			}
		} catch {
			// While it negotiates, a browser may refuse: what was read is void then.
			if (++this.failures < ATTEMPTS) this.timer = setTimeout(() => void this.apply(), AGAIN);
		} finally {
			this.busy = false;
		}
	}

	private async applyOnce(): Promise<void> {
		const parameters = this.sender.getParameters();
		const before = JSON.stringify(parameters.encodings);
		const useful = this.scales?.length ?? parameters.encodings.length;
		for (const [i, encoding] of parameters.encodings.entries()) {
			encoding.active = i < Math.min(this.wanted, useful);
			const scale = this.scales?.[i];
			if (scale !== undefined) encoding.scaleResolutionDownBy = scale;
			Object.assign(encoding, this.limits);
		}
		if (this.codec) setCodec(parameters, this.codec, this.mode);
		if (this.told && JSON.stringify(parameters.encodings) === before) return;
		const { degradation } = this;
		if (degradation) parameters.degradationPreference = degradation;
		await this.sender.setParameters(parameters);
		if (degradation === this.degradation) this.told = true;
	}
}
