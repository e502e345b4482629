import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icons";

interface Props {
	/** What the button is for. */
	label: string;
	icon?: IconName;
	/** The button's own class, and words beside its icon. */
	look?: string;
	words?: string;
	children: ComponentChildren;
}

/** A button with a menu: arrow keys go through it, Escape and a click elsewhere close it (WAI-ARIA's menu button). */
export function Menu({ label, icon = "more", look = "icon-only", words, children }: Props) {
	const [open, setOpen] = useState(false);
	const button = useRef<HTMLButtonElement>(null);
	const menu = useRef<HTMLDivElement>(null);
	const id = useId();

	useLayoutEffect(() => {
		if (!open) return;
		const element = menu.current;
		place(element, button.current);
		items(element)[0]?.focus();
		const elsewhere = (event: Event) => {
			const target = event.target as Node;
			if (!element?.contains(target) && !button.current?.contains(target)) setOpen(false);
		};
		const close = () => setOpen(false);
		addEventListener("pointerdown", elsewhere, true);
		addEventListener("resize", close);
		return () => {
			removeEventListener("pointerdown", elsewhere, true);
			removeEventListener("resize", close);
			if (document.activeElement === document.body) button.current?.focus();
		};
	}, [open]);

	function onKeyDown(event: KeyboardEvent): void {
		const all = items(menu.current);
		const at = all.indexOf(document.activeElement as HTMLElement);
		const to = {
			ArrowDown: at + 1,
			ArrowRight: at + 1,
			ArrowUp: at - 1,
			ArrowLeft: at - 1,
			Home: 0,
			End: all.length - 1,
		}[event.key];
		if (to !== undefined) all[(to + all.length) % all.length]?.focus();
		else if (event.key === "Escape" || event.key === "Tab") {
			setOpen(false);
			button.current?.focus();
		} else return;
		event.preventDefault();
	}

	return (
		<div class="menu-anchor">
			<button
				ref={button}
				type="button"
				class={look}
				aria-label={words ? undefined : label}
				title={label}
				aria-haspopup="menu"
				aria-expanded={open}
				aria-controls={id}
				onClick={() => setOpen(!open)}
			>
				<Icon name={icon} />
				{words && <span>{words}</span>}
			</button>
			{open && (
				<div
					ref={menu}
					id={id}
					class="menu"
					role="menu"
					tabIndex={-1}
					aria-label={label}
					onKeyDown={onKeyDown}
					onClick={() => setOpen(false)}
				>
					{children}
				</div>
			)}
		</div>
	);
}

interface ItemProps {
	danger?: boolean;
	onChoose(): void;
	children: ComponentChildren;
}

export function MenuItem({ danger = false, onChoose, children }: ItemProps) {
	function choose({ currentTarget }: { currentTarget: HTMLElement }): void {
		// First, so that whatever opens now gets the focus, and gives it back to the menu's button.
		currentTarget.closest(".menu-anchor")?.querySelector("button")?.focus();
		onChoose();
	}
	return (
		<button type="button" role="menuitem" tabIndex={-1} class={danger ? "danger" : ""} onClick={choose}>
			{children}
		</button>
	);
}

const items = (menu: HTMLElement | null) => [
	...(menu?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? []),
];

/** Beside its button, and inside of the window. Through the CSSOM: the Content-Security-Policy allows no style attributes. */
function place(menu: HTMLElement | null, button: HTMLElement | null): void {
	if (!menu || !button) return;
	const at = button.getBoundingClientRect();
	const { width, height } = menu.getBoundingClientRect();
	const left = Math.max(8, Math.min(at.right - width, innerWidth - width - 8));
	const below = at.bottom + 4;
	const top = below + height <= innerHeight - 8 ? below : Math.max(8, at.top - height - 4);
	menu.style.left = `${left}px`;
	menu.style.top = `${top}px`;
}
