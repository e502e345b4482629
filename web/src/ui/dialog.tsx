import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
	title: string;
	onClose(): void;
	children: ComponentChildren;
}

/**
 * A modal dialog, open as long as it is rendered. Escape closes it; the browser keeps the focus inside. Where there are no
 * dialogs (Safari before 15.4) it lies over the page all the same, and takes the focus.
 */
export function Dialog({ title, onClose, children }: Props) {
	const dialog = useRef<HTMLDialogElement>(null);
	const heading = useId();
	useEffect(() => {
		const element = dialog.current;
		if (!element) return;
		if (!("showModal" in element)) return overlay(element, onClose);
		if (!element.open) element.showModal();
		return () => element.close();
	}, []);
	return (
		<dialog ref={dialog} onCancel={onClose} aria-labelledby={heading}>
			<h2 id={heading}>{title}</h2>
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
