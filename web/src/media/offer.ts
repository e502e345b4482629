/**
 * The offer, which now also says that lost Opus packets can be asked for again: `a=rtcp-fb:<payload type> nack` (RFC 4585
 * section 4.2).
 *
 * Chromium can send them again, but offers it only where the page writes it into the offer, and does so in the audio
 * stream itself, without a retransmission stream: see w3c/webrtc-extensions issue 119, mediasoup-client pull request 249,
 * and libwebrtc's `pc/sdp_munging_detector.cc`, which knows this change ("audio nack enabled") and lets it pass. Some day
 * it may be refused, as all changes of one's own offer are meant to be (webrtc:414284082).
 */
export function withAudioRetransmission(sdp: string): string {
	const sections = sdp.split(/(?=^m=)/m);
	return sections.map((section) => (section.startsWith("m=audio ") ? withNack(section) : section)).join("");
}

function withNack(section: string): string {
	const lines = section.split("\r\n");
	for (const payloadType of opusPayloadTypes(lines)) {
		const feedback = `a=rtcp-fb:${payloadType} nack`;
		if (lines.includes(feedback) || lines.includes("a=rtcp-fb:* nack")) continue;
		const about = [`a=rtpmap:${payloadType} `, `a=rtcp-fb:${payloadType} `];
		const last = lines.findLastIndex((line) => about.some((start) => line.startsWith(start)));
		lines.splice(last + 1, 0, feedback);
	}
	return lines.join("\r\n");
}

function opusPayloadTypes(lines: readonly string[]): string[] {
	return lines.flatMap((line) => /^a=rtpmap:(\d+) opus\/48000\b/i.exec(line)?.[1] ?? []);
}

/**
 * The description with this codec before all others of the voice's section; null where it is not among them.
 *
 * Of an answer, browsers send the first. Chromium (156) takes `audio/red` for an encoding's codec too, in `setParameters`,
 * but goes on to send plain Opus.
 */
export function withVoiceAs(sdp: string, codec: "opus" | "red"): string | null {
	const section = sdp.split(/(?=^m=)/m).find((section) => section.startsWith("m=audio ")) ?? "";
	const wanted = new RegExp(`^a=rtpmap:(\\d+) ${codec}/48000\\b`, "im").exec(section)?.[1];
	const line = /^(m=audio \S+ \S+)((?: \d+)+)/.exec(section);
	if (!wanted || !line) return null;
	const others = line[2]?.split(" ").filter((payloadType) => payloadType && payloadType !== wanted) ?? [];
	return sdp.replace(line[0], [line[1], wanted, ...others].join(" "));
}
