/** The camera's simulcast layers, lowest first. The server names them by these rids, and says how many are watched. */
export const LAYERS: RTCRtpEncodingParameters[] = [
	{ rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
	{ rid: "h", scaleResolutionDownBy: 2, maxBitrate: 500_000 },
	{ rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
];

/** From so many pixels on, a picture is worth three layers, or two. */
const FOR_THREE = 960 * 540;
const FOR_TWO = 480 * 270;

/**
 * By what each layer of a camera of this size is scaled down, lowest first. Of a small picture Chromium sends the lower
 * two layers, or the lowest alone: with the same scales as ever, the picture itself would be in none of them.
 */
export function scales(width: number, height: number): number[] {
	const pixels = width * height;
	return pixels >= FOR_THREE ? [4, 2, 1] : pixels >= FOR_TWO ? [2, 1] : [1];
}
