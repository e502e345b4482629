/** Calls `report` with the loudness of a microphone, 0 to 1, some 15 times a second. Returns how to stop. */
export function watchLevel(track: MediaStreamTrack, report: (level: number) => void): () => void {
	const context = new AudioContext();
	const analyser = context.createAnalyser();
	analyser.fftSize = 512;
	context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
	const samples = new Float32Array(analyser.fftSize);
	const timer = setInterval(() => {
		analyser.getFloatTimeDomainData(samples);
		const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
		// From -60 dB (silence) to 0 dB.
		const decibels = 10 * Math.log10(power + 1e-9);
		report(Math.min(1, Math.max(0, (decibels + 60) / 60)));
	}, 66);
	return () => {
		clearInterval(timer);
		void context.close();
	};
}
