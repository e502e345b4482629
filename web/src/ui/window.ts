import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

/** The inner size of an element in CSS pixels, always the current one; 0 by 0 before it is known. */
export function useSize(element: RefObject<HTMLElement | null>): { width: number; height: number } {
	const [size, setSize] = useState({ width: 0, height: 0 });
	useLayoutEffect(() => {
		const measured = element.current;
		if (!measured) return;
		const measure = () => setSize({ width: measured.clientWidth, height: measured.clientHeight });
		const observer = new ResizeObserver(measure);
		observer.observe(measured);
		measure();
		return () => observer.disconnect();
	}, [element]);
	return size;
}

/** Whether this page fills the screen. */
export function useFullScreen(): boolean {
	const [full, setFull] = useState(document.fullscreenElement != null);
	useEffect(() => {
		const changed = () => setFull(document.fullscreenElement != null);
		document.addEventListener("fullscreenchange", changed);
		return () => document.removeEventListener("fullscreenchange", changed);
	}, []);
	return full;
}

/** Whether nobody can see this page: another tab or window is in front of it. */
export function useHidden(): boolean {
	const [hidden, setHidden] = useState(document.hidden);
	useEffect(() => {
		const changed = () => setHidden(document.hidden);
		document.addEventListener("visibilitychange", changed);
		return () => document.removeEventListener("visibilitychange", changed);
	}, []);
	return hidden;
}
