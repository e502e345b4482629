import { useState } from "preact/hooks";
import { t } from "../i18n";
import { type Access, spoken } from "../meeting/telephone";
import { Dialog } from "./dialog";
import { TelephoneAccess } from "./telephone-access";

interface Props {
	title: string;
	link: string;
	telephone: Access;
	onClose(): void;
}

/** All that others need to come in: by a browser, or by telephone. */
export function InviteDialog({ title, link, telephone, onClose }: Props) {
	const [told, setTold] = useState("");

	async function copy(text: string, done: "linkCopied" | "invitationCopied"): Promise<void> {
		try {
			await navigator.clipboard.writeText(text);
			setTold(t(done));
		} catch {
			setTold(t(done === "linkCopied" ? "copyFailed" : "invitationNotCopied", { link: text }));
		}
	}
	const invitation = [
		t("invitationText", { title: title || t("appName"), link }),
		t("invitationPhone", { numbers: telephone.numbers.join(", "), pin: spoken(telephone.pin) }),
	].join("\n");
	return (
		<Dialog title={t("inviteTitle")} onClose={onClose}>
			<label class="field">
				<span>{t("theLink")}</span>
				<input readOnly value={link} onFocus={(event) => event.currentTarget.select()} />
			</label>
			<TelephoneAccess telephone={telephone} />
			<p class="hint" role="status">
				{told}
			</p>
			<div class="actions">
				<button type="button" onClick={() => void copy(link, "linkCopied")}>
					{t("copyLink")}
				</button>
				<button type="button" class="primary" onClick={() => void copy(invitation, "invitationCopied")}>
					{t("copyInvitation")}
				</button>
				<button type="button" onClick={onClose}>
					{t("close")}
				</button>
			</div>
		</Dialog>
	);
}
