import { LANGUAGES, language, setLanguage, t } from "../i18n";

export function LanguageSwitch() {
	return (
		<label class="language">
			<span class="visually-hidden">{t("language")}</span>
			<select value={language.value} onChange={(e) => setLanguage(e.currentTarget.value)}>
				{[...LANGUAGES].map(([tag, { languageName }]) => (
					<option key={tag} value={tag} lang={tag}>
						{languageName}
					</option>
				))}
			</select>
		</label>
	);
}
