interface Props {
	label: string;
	on: boolean;
	onChange(on: boolean): void;
}

/** One thing that is on or off. */
export function Switch({ label, on, onChange }: Props) {
	return (
		<label class="switch">
			<input type="checkbox" checked={on} onChange={(event) => onChange(event.currentTarget.checked)} />
			<span>{label}</span>
		</label>
	);
}
