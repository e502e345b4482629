import { useState } from "preact/hooks";
import { t } from "../i18n";
import type { Key } from "../i18n/en";
import { parseCode } from "../meeting/code";
import { navigate } from "../route";
import { Page } from "../ui/page";

export function Landing() {
	const [code, setCode] = useState("");
	const [problem, setProblem] = useState<Key | null>(null);
	const [busy, setBusy] = useState(false);

	async function start(): Promise<void> {
		setBusy(true);
		setProblem(null);
		try {
			const response = await fetch("/api/meetings", { method: "POST" });
			if (!response.ok) throw new Error(String(response.status));
			const meeting = (await response.json()) as { code: string };
			navigate(`/m/${meeting.code}`);
		} catch {
			setProblem("noServer");
			setBusy(false);
		}
	}

	function go(event: Event): void {
		event.preventDefault();
		const parsed = parseCode(code);
		if (parsed) navigate(`/m/${parsed}`);
		else setProblem("badCode");
	}

	return (
		<Page>
			<main class="card">
				<h1>{t("appName")}</h1>
				<p class="tagline">{t("tagline")}</p>
				<button type="button" class="primary large" disabled={busy} onClick={() => void start()}>
					{busy ? t("starting") : t("startMeeting")}
				</button>
				<p class="or">{t("or")}</p>
				<form onSubmit={go} class="code-form" noValidate>
					<label class="field">
						<span>{t("meetingCode")}</span>
						<input
							value={code}
							onInput={(e) => setCode(e.currentTarget.value)}
							autocomplete="off"
							autocapitalize="none"
							spellcheck={false}
							placeholder="abc-defg-hjk"
							aria-describedby="code-hint"
						/>
					</label>
					<button type="submit">{t("go")}</button>
				</form>
				<p id="code-hint" class="hint">
					{t("meetingCodeHint")}
				</p>
				<p class="problem" role="alert">
					{problem && t(problem)}
				</p>
			</main>
		</Page>
	);
}
