/// <reference lib="webworker" />
import { strategyFor } from "./strategy";

declare const self: ServiceWorkerGlobalScope;
/** Written in by scripts/write-service-worker.mjs: every hashed file, the offline page, and what stands for them all. */
declare const __PRECACHED__: readonly string[];
declare const __VERSION__: string;

const OFFLINE = "/offline.html";
const PREFIX = "balai-";
const CACHE = PREFIX + __VERSION__;

self.addEventListener("install", (event) => {
	event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(__PRECACHED__)));
	// It waits until pages of the version before are closed: they may still need their own files.
});

self.addEventListener("activate", (event) => {
	event.waitUntil(
		caches
			.keys()
			.then((names) =>
				Promise.all(
					names
						.filter((name) => name.startsWith(PREFIX) && name !== CACHE)
						.map((name) => caches.delete(name)),
				),
			),
	);
});

self.addEventListener("fetch", (event) => {
	const strategy = strategyFor(event.request, self.location.origin);
	if (strategy === "page") event.respondWith(page(event.request));
	if (strategy === "asset") event.respondWith(asset(event.request));
});

async function page(request: Request): Promise<Response> {
	try {
		return await fetch(request);
	} catch (error) {
		const cache = await caches.open(CACHE);
		const offline = await cache.match(OFFLINE);
		if (!offline) throw error;
		return offline;
	}
}

async function asset(request: Request): Promise<Response> {
	const cache = await caches.open(CACHE);
	return (await cache.match(request)) ?? fetch(request);
}
