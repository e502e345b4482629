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
		const last = lines.map((line) => about.some((start) => line.startsWith(start))).lastIndexOf(true);
		lines.splice(last + 1, 0, feedback);
	}
	return lines.join("\r\n");
}

function opusPayloadTypes(lines: readonly string[]): string[] {
	return lines.flatMap((line) => /^a=rtpmap:(\d+) opus\/48000\b/i.exec(line)?.[1] ?? []);
}

/**
 * The offer in which the second audio section, the sound of a shared screen, has a payload type of its own for Opus, and
 * nothing else: only then can it be agreed to be sent in stereo, since within a bundle a payload type has the same
 * parameters everywhere (RFC 9143 section 9.1). Unchanged where it has one already, or none is free.
 */
export function withScreenAudioApart(sdp: string): string {
	const sections = sdp.split(/(?=^m=)/m);
	const [voice, screen] = sections.filter((section) => section.startsWith("m=audio "));
	const [voiceType, opus] = [voice, screen].map((each) => opusPayloadTypes(each?.split("\r\n") ?? [])[0]);
	const free = freePayloadType(sdp);
	if (!screen || !opus || opus !== voiceType || free === null) return sdp;
	const lines = screen.split("\r\n").flatMap((line) => {
		const about = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line)?.[1];
		if (about === undefined) return line.startsWith("m=") ? line.replace(/( \d+)+$/, ` ${free}`) : line;
		return about === opus ? line.replace(`:${opus} `, `:${free} `) : [];
	});
	return sections.map((section) => (section === screen ? lines.join("\r\n") : section)).join("");
}

/** One of the dynamic payload types (RFC 3551 section 6) that nothing in this description has; null: all are taken. */
function freePayloadType(sdp: string): number | null {
	const taken = new Set([...sdp.matchAll(/^a=rtpmap:(\d+) /gm)].map((match) => Number(match[1])));
	for (let type = 127; type >= 96; type--) if (!taken.has(type)) return type;
	return null;
}

/** The answer that takes in stereo what was offered so: of itself Chromium decodes one channel. */
export function withStereo(answer: string, offer: string): string {
	const stereo = [...offer.matchAll(/^a=fmtp:(\d+) (?:.*;)?stereo=1\b/gm)].map((match) => match[1]);
	return answer.replace(/^(a=fmtp:(\d+) .*?)(\r?)$/gm, (line, start: string, type: string, end: string) =>
		stereo.includes(type) && !/[; ]stereo=/.test(start) ? `${start};stereo=1${end}` : line,
	);
}

/** What the server offered, as the answer that it would give to the same: it waits for the handshake (RFC 8842 section 5). */
export function asAnswer(offer: string): string {
	return offer.replace(/^a=setup:actpass(\r?)$/gm, "a=setup:passive$1");
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
