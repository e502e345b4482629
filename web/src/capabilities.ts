/** As much of a browser as decides whether it can meet. */
export interface Surroundings {
	/** The page came over https, or from this very device. */
	secure: boolean;
	/** RTCPeerConnection, as of WebRTC 1.0 (with transceivers). */
	webRtc: boolean;
	/** `getUserMedia` is there. */
	devices: boolean;
	userAgent: string;
}

/**
 * What stands in the way of a meeting. `noWebRtc`: nothing can be seen or heard. All others can listen: `insecure` and
 * `inApp` have no camera and microphone until the page is opened elsewhere; `oldIos` gives them to Safari alone.
 */
export type Obstacle = "noWebRtc" | "insecure" | "inApp" | "oldIos";

/** Browsers inside of apps, by what they call themselves. Most give a page no camera, whatever its user allows. */
const IN_APP =
	/\bFBA[NV]\b|FB_IAB|Instagram|\bLine\/|WhatsApp|MicroMessenger|TikTok|musical_ly|Twitter|Telegram|; wv\)/i;

/** What is in the way, the worst first; null where nothing is. */
export function obstacle({ secure, webRtc, devices, userAgent }: Surroundings): Obstacle | null {
	if (!webRtc) return isInApp(userAgent) ? "inApp" : "noWebRtc";
	if (devices) return null;
	if (!secure) return "insecure";
	if (isInApp(userAgent)) return "inApp";
	// Before iOS 14.3 all other browsers of an iPhone got no camera from the system.
	return /iPhone|iPad|iPod/.test(userAgent) ? "oldIos" : null;
}

export const isInApp = (userAgent: string) => IN_APP.test(userAgent);
export const isAndroid = (userAgent: string) => /\bAndroid\b/.test(userAgent);

/** Where an Android app hands a page on to Chrome (developer.chrome.com/docs/android/intents). */
export function chromeAddress({ host, pathname }: Pick<Location, "host" | "pathname">): string {
	return `intent://${host}${pathname}#Intent;scheme=https;package=com.android.chrome;end`;
}

/** Those of this browser. */
export function surroundings(): Surroundings {
	return {
		secure: isSecureContext,
		webRtc: typeof RTCPeerConnection === "function" && "addTransceiver" in RTCPeerConnection.prototype,
		devices: typeof navigator.mediaDevices?.getUserMedia === "function",
		userAgent: navigator.userAgent,
	};
}
