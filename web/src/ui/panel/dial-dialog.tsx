import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Dialog } from "../dialog";

interface Props {
	onClose(): void;
	/** Resolves with whether they are being called. */
	onDial(number: string): Promise<boolean>;
}

/** Asks which number to call. */
export function DialDialog({ onClose, onDial }: Props) {
	const [number, setNumber] = useState("");
	async function dial(event: Event): Promise<void> {
		event.preventDefault();
		if (number.trim() && (await onDial(number.trim()))) onClose();
	}
	return (
		<Dialog title={t("callPhone")} onClose={onClose}>
			<form onSubmit={(event) => void dial(event)}>
				<label class="field">
					<span>{t("phoneNumber")}</span>
					<input
						type="tel"
						value={number}
						maxLength={40}
						autocomplete="off"
						aria-describedby="dial-hint"
						onInput={(event) => setNumber(event.currentTarget.value)}
					/>
				</label>
				<p class="hint" id="dial-hint">
					{t("phoneNumberHint")}
				</p>
				<div class="actions">
					<button type="button" onClick={onClose}>
						{t("cancel")}
					</button>
					<button type="submit" class="primary">
						{t("callThem")}
					</button>
				</div>
			</form>
		</Dialog>
	);
}
