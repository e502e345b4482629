/** Packets a second from which on a connection is lively enough for its silence to mean something. */
const LIVELY = 3;
/** How long, in ms, a lively connection may be silent. Of what is sent, the server tells every 100 ms what arrived. */
const SILENT_AFTER = 1_200;
/** For how long, in ms, that means anything. */
const SILENT_UNTIL = 8_000;

/**
 * Tells soon that the way of a connection may be gone. Browsers take some five seconds to notice, by their consent checks
 * (RFC 7675), and do not look for another way by themselves.
 */
export class Silence {
	private packets: number | null = null;
	private heardAt = 0;
	private lively = false;
	/** Nothing comes any more where something came all the time. Not for long: everybody else may have left. */
	lasts = false;

	/** So many packets have come by now (ms). True once for each silence that begins. */
	hears(packets: number, now: number): boolean {
		if (this.packets === null || packets !== this.packets) {
			const rate = this.packets === null ? 0 : ((packets - this.packets) * 1_000) / (now - this.heardAt);
			this.lively = rate >= LIVELY;
			this.packets = packets;
			this.heardAt = now;
			this.lasts = false;
			return false;
		}
		if (now - this.heardAt > SILENT_UNTIL) this.lasts = false;
		if (!this.lively || now - this.heardAt < SILENT_AFTER) return false;
		this.lively = false;
		this.lasts = true;
		return true;
	}
}

/** The transport that all of a connection goes over; null before it stands, or where the browser does not tell. */
export function iceTransport(connection: RTCPeerConnection): RTCIceTransport | null {
	const [transceiver] = connection.getTransceivers();
	return transceiver?.sender.transport?.iceTransport ?? transceiver?.receiver.transport?.iceTransport ?? null;
}

/** How many packets have come over a connection; null where the browser does not tell. */
export async function packetsReceived(connection: RTCPeerConnection): Promise<number | null> {
	// Of one track only: the statistics of fifty slots are much to gather twice a second.
	const [transceiver] = connection.getTransceivers();
	const side = transceiver?.direction === "sendonly" ? transceiver.sender : transceiver?.receiver;
	const report = await side?.getStats();
	let packets: number | null = null;
	report?.forEach((stats) => {
		if (stats.type === "transport" && typeof stats.packetsReceived === "number")
			packets = stats.packetsReceived;
	});
	return packets;
}
