import preact from "@preact/preset-vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
	plugins: [preact()],
	build: {
		// Chrome 87, Safari 14: five years of phones.
		target: ["es2020", "safari14"],
		modulePreload: { polyfill: false },
		// Everything is a file of its own: the Content-Security-Policy lets no data: fonts or scripts in.
		assetsInlineLimit: 0,
	},
	test: {
		environment: "happy-dom",
		include: ["src/**/*.test.ts", "src/**/*.test.tsx"],
		// Style sheets are tested, too: their contrast, and what moves.
		css: true,
	},
});
