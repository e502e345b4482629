/** One entry of `getStats()` (W3C webrtc-stats): which fields it has depends on its `type`, and on the browser. */
export type Stats = Readonly<Record<string, unknown>>;

/** What both connections told at one moment. */
export interface Snapshot {
	/** Monotonic, in ms. */
	readonly at: number;
	readonly publisher: readonly Stats[];
	readonly subscriber: readonly Stats[];
}

/** One direction of a client's media. What the browser does not tell is null. */
export interface Direction {
	/** In bit/s. */
	rate: number | null;
	/** The share of packets lost, 0 to 1, before repair. */
	lost: number | null;
	/** What the browser believes that the link carries, in bit/s. */
	estimate: number | null;
	/** In ms. */
	roundTrip: number | null;
	/** What media goes over, such as `udp`. */
	protocol: string | null;
	/** The sound's codec. */
	voice: string | null;
}

/** One picture, or one simulcast layer of an own one. */
export interface Picture {
	/** The `mid` of its media section. */
	mid: string;
	/** The layer's rid; null where there is one layer only. */
	rid: string | null;
	codec: string | null;
	width: number;
	height: number;
	/** Frames a second. */
	frames: number;
	/** In bit/s. */
	rate: number;
	/** What keeps the browser from sending more: `bandwidth`, `cpu` …; null where nothing does. */
	limitedBy: string | null;
}

/** What a helper is to know of a connection. */
export interface Details {
	up: Direction;
	down: Direction;
	/** The share of the sound that was made up for want of packets, 0 to 1; silence that is made up is not counted. */
	madeUp: number | null;
	sent: Picture[];
	received: Picture[];
}

/** Both connections as of now. */
export async function takeSnapshot(connections: {
	publisher: RTCPeerConnection;
	subscriber: RTCPeerConnection;
}): Promise<Snapshot> {
	const all = async (connection: RTCPeerConnection) => {
		const found: Stats[] = [];
		(await connection.getStats()).forEach((stats: Stats) => {
			found.push(stats);
		});
		return found;
	};
	const [publisher, subscriber] = await Promise.all([
		all(connections.publisher),
		all(connections.subscriber),
	]);
	return { at: performance.now(), publisher, subscriber };
}

/** What happened between two snapshots. */
export function detailsBetween(before: Snapshot, after: Snapshot): Details {
	const seconds = (after.at - before.at) / 1_000;
	const up = new Side(before.publisher, after.publisher, seconds);
	const down = new Side(before.subscriber, after.subscriber, seconds);
	const heard = down.growth("inbound-rtp", "totalSamplesReceived");
	const concealed =
		down.growth("inbound-rtp", "concealedSamples") - down.growth("inbound-rtp", "silentConcealedSamples");
	return {
		up: {
			...up.direction("bytesSent", "availableOutgoingBitrate"),
			lost: share(up.growth("remote-inbound-rtp", "packetsLost"), up.growth("outbound-rtp", "packetsSent")),
		},
		down: {
			...down.direction("bytesReceived", "availableIncomingBitrate"),
			lost: share(
				down.growth("inbound-rtp", "packetsLost"),
				down.growth("inbound-rtp", "packetsLost") + down.growth("inbound-rtp", "packetsReceived"),
			),
		},
		madeUp: share(Math.max(0, concealed), heard),
		sent: up.pictures("outbound-rtp", "bytesSent", "framesSent"),
		received: down.pictures("inbound-rtp", "bytesReceived", "framesReceived"),
	};
}

/** One peer connection, at two moments. */
class Side {
	private readonly before: ReadonlyMap<unknown, Stats>;
	private readonly byId: ReadonlyMap<unknown, Stats>;

	constructor(
		before: readonly Stats[],
		private readonly after: readonly Stats[],
		private readonly seconds: number,
	) {
		this.before = new Map(before.map((stats) => [stats.id, stats]));
		this.byId = new Map(after.map((stats) => [stats.id, stats]));
	}

	/** By how much a counter has grown, over all entries of a type. */
	growth(type: string, counter: string): number {
		return this.of(type).reduce((sum, stats) => sum + this.grown(stats, counter), 0);
	}

	direction(bytes: string, estimate: string): Omit<Direction, "lost"> {
		const transport = this.of("transport")[0];
		const pair = this.byId.get(transport?.selectedCandidatePairId);
		const pairs = pair ?? this.of("candidate-pair").find((it) => it.nominated === true);
		const local = this.byId.get(pairs?.localCandidateId);
		const roundTrip = number(pairs?.currentRoundTripTime);
		const counted = transport ?? pairs;
		const voice = [...this.of("outbound-rtp"), ...this.of("inbound-rtp")].find(
			(it) => it.kind === "audio" && it.codecId,
		);
		return {
			rate: counted && this.seconds > 0 ? (this.grown(counted, bytes) * 8) / this.seconds : null,
			estimate: number(pairs?.[estimate]),
			roundTrip: roundTrip === null ? null : roundTrip * 1_000,
			protocol: text(local?.protocol),
			voice: this.codec(voice),
		};
	}

	/** The pictures of which something came or went meanwhile. */
	pictures(type: string, bytes: string, frames: string): Picture[] {
		const live = this.of(type).filter((it) => it.kind === "video" && this.grown(it, bytes) > 0);
		const pictures = live.map((it) => ({
			mid: text(it.mid) ?? "",
			rid: text(it.rid),
			codec: this.codec(it),
			width: number(it.frameWidth) ?? 0,
			height: number(it.frameHeight) ?? 0,
			frames: this.seconds > 0 ? this.grown(it, frames) / this.seconds : 0,
			rate: this.seconds > 0 ? (this.grown(it, bytes) * 8) / this.seconds : 0,
			limitedBy: limit(it.qualityLimitationReason),
		}));
		return pictures.sort((a, b) => a.mid.localeCompare(b.mid) || a.height - b.height);
	}

	private of(type: string): Stats[] {
		return this.after.filter((stats) => stats.type === type);
	}

	/** Counters begin anew with a new connection or stream, and some go down again: that is no growth. */
	private grown(stats: Stats, counter: string): number {
		const [now, then] = [number(stats[counter]) ?? 0, number(this.before.get(stats.id)?.[counter]) ?? 0];
		return Math.max(0, now - then);
	}

	private codec(stats: Stats | undefined): string | null {
		return text(this.byId.get(stats?.codecId)?.mimeType)?.split("/")[1] ?? null;
	}
}

/** What part is of a whole; null where there is no whole. */
const share = (part: number, whole: number) => (whole > 0 ? Math.min(1, part / whole) : null);
const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : null);
const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
const limit = (value: unknown) => (value === "none" ? null : text(value));
