import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import type { Key } from "../i18n/en";
import { parseCode } from "../meeting/code";
import { hostKeyOf } from "../meeting/host-key";
import { navigate } from "../route";
import { remember } from "../storage";
import { Page } from "../ui/page";

export function Landing() {
	const [code, setCode] = useState("");
	const [title, setTitle] = useState("");
	const [problem, setProblem] = useState<Key | null>(null);
	const [busy, setBusy] = useState(false);
	const codeInput = useRef<HTMLInputElement>(null);

	useEffect(() => {
		document.title = t("appName");
	});

	async function start(event: Event): Promise<void> {
		event.preventDefault();
		setBusy(true);
		setProblem(null);
		try {
			const response = await fetch("/api/meetings", {
				method: "POST",
				headers: { "Content-Type": "application/json" },
				body: JSON.stringify({ title }),
			});
			if (response.status === 503) {
				setProblem("serverStoppingHint");
				setBusy(false);
				return;
			}
			if (!response.ok) throw new Error(String(response.status));
			const meeting = (await response.json()) as { code: string; host_key: string };
			remember(hostKeyOf(meeting.code), meeting.host_key);
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
		else {
			setProblem("badCode");
			codeInput.current?.focus();
		}
	}

	return (
		<Page>
			<main class="card">
				<h1>{t("appName")}</h1>
				<p class="tagline">{t("tagline")}</p>
				<form onSubmit={(event) => void start(event)} class="start-form">
					<label class="field">
						<span>{t("meetingTitle")}</span>
						<input
							value={title}
							maxLength={120}
							dir="auto"
							placeholder={t("meetingTitleHint")}
							onInput={(e) => setTitle(e.currentTarget.value)}
						/>
					</label>
					<button type="submit" class="primary large" disabled={busy}>
						{busy ? t("starting") : t("startMeeting")}
					</button>
				</form>
				<p class="or">{t("or")}</p>
				<form onSubmit={go} class="code-form" noValidate>
					<label class="field">
						<span>{t("meetingCode")}</span>
						<input
							ref={codeInput}
							value={code}
							aria-invalid={problem === "badCode"}
							onInput={(e) => {
								setCode(e.currentTarget.value);
								setProblem(null);
							}}
							autocomplete="off"
							autocapitalize="none"
							spellcheck={false}
							placeholder="abc-defg-hjk"
							aria-describedby="code-hint landing-problem"
						/>
					</label>
					<button type="submit">{t("go")}</button>
				</form>
				<p id="code-hint" class="hint">
					{t("meetingCodeHint")}
				</p>
				<p id="landing-problem" class="problem" role="alert">
					{problem && t(problem)}
				</p>
			</main>
		</Page>
	);
}
