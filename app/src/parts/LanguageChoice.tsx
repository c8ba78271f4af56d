import { useTexts, LANGUAGES, setLanguage } from "../texts";

export function LanguageChoice() {
  const { t, language } = useTexts();
  return (
    <fieldset class="choice">
      <legend>{t("app.language")}</legend>
      {LANGUAGES.map(({ id, name }) => (
        <label key={id}>
          <input
            type="radio"
            name="language"
            value={id}
            checked={id === language}
            onChange={() => {
              setLanguage(id);
            }}
          />
          <span lang={id}>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}
