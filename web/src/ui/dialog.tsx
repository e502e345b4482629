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
 * to where it was: browsers see to that only for a dialog that is closed before it is taken away.
 */
export function Dialog({ title, onClose, read = false, children }: Props) {
	const dialog = useRef<HTMLDialogElement>(null);
	const heading = useId();
	useLayoutEffect(() => {
		const element = dialog.current;
		const before = document.activeElement;
		if (element && !element.open) element.showModal();
		if (read) element?.querySelector("h2")?.focus();
		return () => {
			element?.close();
			const active = document.activeElement;
			const lost = active === document.body || element?.contains(active);
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
