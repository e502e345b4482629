import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
	title: string;
	onClose(): void;
	children: ComponentChildren;
}

/** A modal dialog, open as long as it is rendered. Escape closes it; the browser keeps the focus inside. */
export function Dialog({ title, onClose, children }: Props) {
	const dialog = useRef<HTMLDialogElement>(null);
	const heading = useId();
	useEffect(() => {
		const element = dialog.current;
		if (element && !element.open) element.showModal();
		return () => element?.close();
	}, []);
	return (
		<dialog ref={dialog} onCancel={onClose} aria-labelledby={heading}>
			<h2 id={heading}>{title}</h2>
			{children}
		</dialog>
	);
}
