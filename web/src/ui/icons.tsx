/** Icons: 24x24 strokes, drawn for this project. Decorative: the button beside them has the words. */
const PATHS = {
	microphone:
		"M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3M5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M8.5 21h7",
	microphoneOff:
		"M4 4l16 16M9 9v2a3 3 0 0 0 4.5 2.6M15 11V6a3 3 0 0 0-5.8-1.1M5.5 11a6.5 6.5 0 0 0 10 5.5M18.5 11a6.4 6.4 0 0 1-.6 2.7M12 17.5V21M8.5 21h7",
	camera:
		"M3 7.5A1.5 1.5 0 0 1 4.5 6h9A1.5 1.5 0 0 1 15 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 3 16.5zM15 10.5 21 7v10l-6-3.5",
	cameraOff:
		"M4 4l16 16M9 6h4.5A1.5 1.5 0 0 1 15 7.5V12m0 3v1.500a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 3 16.5v-9A1.500 1.5 0 0 1 4.500 6H6M15 10.500 21 7v10l-4-2.300",
	leave:
		"M3.500 14.500c5-4.500 12-4.500 17 0l-2.300 2.500-3.700-1.700v-2.500a12 12 0 0 0-5 0v2.500L5.800 17z",
	link: "M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700L12 17",
	devices: "M4 7h10m4 0h2M4 17h2m4 0h10M16 4.800v4.400M8 14.800v4.400M4 12h6m4 0h6M12 9.800v4.400",
	screen:
		"M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1M8 20.500h8M12 14V8M9 10.500 12 7.500l3 3",
	screenOff:
		"M4 5h16a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1M8 20.500h8M9.500 8.500l5 5M14.500 8.500l-5 5",
	people:
		"M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7M2.500 19.500c.5-3.500 3-5.500 6.500-5.500s6 2 6.500 5.500M16 5a3 3 0 0 1 0 6M18 14.500c2 .7 3.200 2.500 3.500 5",
};

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
	return (
		<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
			<path d={PATHS[name]} />
		</svg>
	);
}

/** The mark of a hall with people in it. */
export function Logo() {
	return (
		<span class="logo">
			<svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
				<path d="M5 15 16 7l11 8M8 15v10m16-10v10M5 25h22M13 25v-5a3 3 0 0 1 6 0v5" />
			</svg>
			Balai
		</span>
	);
}
