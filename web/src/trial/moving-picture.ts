const [WIDTH, HEIGHT, FRAMES] = [1280, 720, 24];

/** A picture that is hard to encode, so that it fills a link as a camera does. Null where the browser can't make one. */
export function movingPicture(): { track: MediaStreamTrack; stop(): void } | null {
	const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
	const pen = canvas.getContext("2d");
	if (!pen || !canvas.captureStream) return null;
	const draw = () => {
		for (let i = 0; i < 400; i++) {
			pen.fillStyle = `hsl(${Math.random() * 360} 70% ${Math.random() * 100}%)`;
			pen.fillRect(Math.random() * WIDTH, Math.random() * HEIGHT, 60, 34);
		}
	};
	draw();
	const timer = setInterval(draw, 1_000 / FRAMES);
	const track = canvas.captureStream(FRAMES).getVideoTracks()[0];
	if (!track) return null;
	return {
		track,
		stop: () => {
			clearInterval(timer);
			track.stop();
		},
	};
}
