import { useEffect, useRef } from "preact/hooks";

/** Plays one video track; sound is elsewhere. */
export function Video({ track, mirrored = false }: { track: MediaStreamTrack; mirrored?: boolean }) {
	const element = useRef<HTMLVideoElement>(null);
	useEffect(() => {
		const video = element.current;
		if (!video) return;
		video.srcObject = new MediaStream([track]);
		video.play()?.catch(() => {}); // it begins by itself when it may
		return () => {
			video.srcObject = null;
		};
	}, [track]);
	return <video ref={element} class={mirrored ? "mirrored" : ""} muted autoplay playsInline />;
}
