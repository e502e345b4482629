import { expect, test } from "vitest";
import { chromeAddress, obstacle, type Surroundings } from "./capabilities";

const CHROME =
	"Mozilla/5.0 (Linux; Android 11; SM-A125F) AppleWebKit/537.36 Chrome/90.0.4430.91 Mobile Safari/537.36";
const SAFARI =
	"Mozilla/5.0 (iPhone; CPU iPhone OS 14_6 like Mac OS X) AppleWebKit/605.1.15 Version/14.1.1 Mobile/15E148 Safari/604.1";
const FACEBOOK = `${CHROME.replace(") Apple", "; wv) Apple")} [FB_IAB/FB4A;FBAV/320.0.0.0;]`;
const INSTAGRAM = `${SAFARI} Instagram 190.0.0.0`;
const CHROME_IOS = SAFARI.replace("Version/14.1.1", "CriOS/86.0").replace("14_6", "14_2");

const able: Surroundings = { secure: true, webRtc: true, devices: true, userAgent: CHROME };

test.each([CHROME, SAFARI, FACEBOOK, INSTAGRAM])(
	"whoever has all that is needed is let in, whatever they use: %s",
	(userAgent) => {
		expect(obstacle({ ...able, userAgent })).toBeNull();
	},
);

test.each<[string, Partial<Surroundings>, string | null]>([
	["no WebRTC at all", { webRtc: false, devices: false }, "noWebRtc"],
	["no WebRTC in an app", { webRtc: false, devices: false, userAgent: FACEBOOK }, "inApp"],
	["plain http", { secure: false, devices: false }, "insecure"],
	[
		"plain http, also in an app: https helps first",
		{ secure: false, devices: false, userAgent: FACEBOOK },
		"insecure",
	],
	["Facebook's browser", { devices: false, userAgent: FACEBOOK }, "inApp"],
	["Instagram's browser", { devices: false, userAgent: INSTAGRAM }, "inApp"],
	["Chrome on iOS 14.2", { devices: false, userAgent: CHROME_IOS }, "oldIos"],
	["a browser that simply has no devices", { devices: false }, null],
])("%s", (_, surroundings, expected) => {
	expect(obstacle({ ...able, ...surroundings })).toBe(expected);
});

test("an Android app hands the same meeting to Chrome", () => {
	expect(chromeAddress({ host: "balai.example:8443", pathname: "/m/abc-defg-hjk" })).toBe(
		"intent://balai.example:8443/m/abc-defg-hjk#Intent;scheme=https;package=com.android.chrome;end",
	);
});
