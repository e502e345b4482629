import { LANGUAGES, type Language, language, setLanguage, t } from "../i18n";

export function LanguageSwitch() {
	return (
		<label class="language">
			<span class="visually-hidden">{t("language")}</span>
			<select value={language.value} onChange={(e) => setLanguage(e.currentTarget.value as Language)}>
				{Object.entries(LANGUAGES).map(([tag, { name }]) => (
					<option key={tag} value={tag}>
						{name}
					</option>
				))}
			</select>
		</label>
	);
}
