/** Packets a second from which on a connection is lively enough for its silence to mean something. */
const LIVELY = 3;
/** How long, in ms, a lively connection may be silent. Of what is sent, the server tells every 100 ms what arrived. */
const SILENT_AFTER = 1_200;

/**
 * Tells soon that the way of a connection may be gone. Browsers take some five seconds to notice, by their consent checks
 * (RFC 7675), and do not look for another way by themselves.
 */
export class Silence {
	private packets: number | null = null;
	private heardAt = 0;
	private lively = false;

	/** So many packets have come by now (ms). True once for each silence that begins. */
	hears(packets: number, now: number): boolean {
		if (this.packets === null || packets !== this.packets) {
			const rate = this.packets === null ? 0 : ((packets - this.packets) * 1_000) / (now - this.heardAt);
			this.lively = rate >= LIVELY;
			this.packets = packets;
			this.heardAt = now;
			return false;
		}
		if (!this.lively || now - this.heardAt < SILENT_AFTER) return false;
		this.lively = false;
		return true;
	}
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
