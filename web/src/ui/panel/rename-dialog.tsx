import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Dialog } from "../dialog";

interface Props {
	name: string;
	onClose(): void;
	/** Resolves with whether it was done. */
	onRename(name: string): Promise<boolean>;
}

/** Gives somebody another name: whoever calls by telephone has none of their own. */
export function RenameDialog({ name, onClose, onRename }: Props) {
	const [wanted, setWanted] = useState(name);
	async function save(event: Event): Promise<void> {
		event.preventDefault();
		if (await onRename(wanted.trim() || name)) onClose();
	}
	return (
		<Dialog title={t("renameName", { name })} onClose={onClose}>
			<form onSubmit={(event) => void save(event)}>
				<label class="field">
					<span>{t("newName")}</span>
					<input
						value={wanted}
						maxLength={64}
						autocomplete="off"
						onFocus={(event) => event.currentTarget.select()}
						onInput={(event) => setWanted(event.currentTarget.value)}
					/>
				</label>
				<div class="actions">
					<button type="button" onClick={onClose}>
						{t("cancel")}
					</button>
					<button type="submit" class="primary">
						{t("save")}
					</button>
				</div>
			</form>
		</Dialog>
	);
}
