import { t } from "../i18n";
import { announcesSpeaker, singleKeys } from "../preferences";
import { Dialog } from "./dialog";
import { keysOf, SHORTCUTS } from "./shortcuts";
import { Switch } from "./switch";

/** Which keys do what, and how much of it is wanted. */
export function ShortcutSheet({ onClose }: { onClose(): void }) {
	const single = singleKeys.value;
	const works = SHORTCUTS.filter(({ action }) => keysOf(action, single).length > 0);
	return (
		<Dialog title={t("shortcuts")} onClose={onClose} read>
			<dl class="shortcuts">
				{works.map(({ action, words }) => (
					<div key={action}>
						<dt>{t(words)}</dt>
						<dd>
							{keysOf(action, single).map((key) => (
								<kbd key={key}>{key}</kbd>
							))}
						</dd>
					</div>
				))}
				<div>
					<dt>{t("keyEscape")}</dt>
					<dd>
						<kbd>{t("escapeKey")}</kbd>
					</dd>
				</div>
			</dl>
			<Switch
				label={t("singleKeys")}
				on={single}
				onChange={(on) => {
					singleKeys.value = on;
				}}
			/>
			<Switch
				label={t("announcesSpeaker")}
				on={announcesSpeaker.value}
				onChange={(on) => {
					announcesSpeaker.value = on;
				}}
			/>
			<button type="button" class="primary" onClick={onClose}>
				{t("close")}
			</button>
		</Dialog>
	);
}
