import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Dialog } from "../dialog";
import { Switch } from "../switch";

interface Props {
	name: string;
	onClose(): void;
	onRemove(ban: boolean): void;
}

/** Asks before somebody is sent away: it can't be taken back. */
export function RemoveDialog({ name, onClose, onRemove }: Props) {
	const [ban, setBan] = useState(false);
	return (
		<Dialog title={t("removeName", { name })} onClose={onClose}>
			<Switch label={t("banToo")} on={ban} onChange={setBan} />
			<p class="hint">{t("banHint")}</p>
			<div class="actions">
				<button type="button" onClick={onClose}>
					{t("cancel")}
				</button>
				<button
					type="button"
					class="danger"
					onClick={() => {
						onRemove(ban);
						onClose();
					}}
				>
					{t("removeThem")}
				</button>
			</div>
		</Dialog>
	);
}
