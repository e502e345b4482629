import preact from "@preact/preset-vite";
import { defineConfig } from "vitest/config";

export default defineConfig({
	plugins: [preact()],
	build: {
		// Chrome 87, Safari 14: five years of phones.
		target: ["es2020", "safari14"],
		modulePreload: { polyfill: false },
		// Which chunk needs which files: scripts/check-budget.mjs weighs them.
		manifest: true,
		// Everything is a file of its own: the Content-Security-Policy lets no data: fonts or scripts in.
		assetsInlineLimit: 0,
		rolldownOptions: {
			input: { index: "index.html", offline: "offline.html", "service-worker": "service-worker/worker.ts" },
			output: {
				// A service worker is found again by its name, and rules over what lies beside and below it.
				entryFileNames: ({ name }) =>
					name === "service-worker" ? "service-worker.js" : "assets/[name]-[hash].js",
			},
		},
	},
	test: {
		environment: "happy-dom",
		include: ["src/**/*.test.ts", "src/**/*.test.tsx", "scripts/**/*.test.mjs", "service-worker/*.test.ts"],
		// Style sheets are tested, too: their contrast, and what moves.
		css: true,
	},
});
