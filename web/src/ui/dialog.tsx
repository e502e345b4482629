import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

interface Props {
	title: string;
	onClose(): void;
	/** It is read before anything is chosen: it begins at its heading, not at the first thing that takes the focus. */
	read?: boolean;
	children: ComponentChildren;
}

/**
 * A modal dialog, open as long as it is rendered. Escape closes it; the browser keeps the focus inside. Then it goes back
 * to where it was: browsers see to that only for a dialog that is closed before it is taken away. Where there are no
 * dialogs (Safari before 15.4) it lies over the page all the same, and takes the focus.
 */
export function Dialog({ title, onClose, read = false, children }: Props) {
	const dialog = useRef<HTMLDialogElement>(null);
	const heading = useId();
	useLayoutEffect(() => {
		const element = dialog.current;
		if (!element) return;
		if (!("showModal" in element)) return overlay(element, onClose);
		const before = document.activeElement;
		if (!element.open) element.showModal();
		if (read) element.querySelector("h2")?.focus();
		return () => {
			element.close();
			const active = document.activeElement;
			const lost = active === document.body || element.contains(active);
			if (lost && before instanceof HTMLElement) before.focus();
		};
	}, []);
	return (
		<dialog ref={dialog} onCancel={onClose} aria-labelledby={heading}>
			<h2 id={heading} tabIndex={-1}>
				{title}
			</h2>
			{children}
		</dialog>
	);
}

function overlay(element: HTMLElement, close: () => void): () => void {
	const before = document.activeElement;
	const keys = (event: KeyboardEvent) => {
		if (event.key === "Escape") close();
	};
	for (const [name, value] of Object.entries({
		open: "",
		role: "dialog",
		"aria-modal": "true",
		tabindex: "-1",
	}))
		element.setAttribute(name, value);
	element.classList.add("overlay");
	element.focus();
	addEventListener("keydown", keys);
	return () => {
		removeEventListener("keydown", keys);
		if (before instanceof HTMLElement) before.focus();
	};
}
