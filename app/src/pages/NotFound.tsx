import { Title } from "../parts/Frame";
import { useTexts } from "../texts";

export function NotFoundPage() {
  const { t } = useTexts();
  return (
    <>
      <Title text={t("notfound.title")} />
      <p>{t("notfound.text")}</p>
      <a class="button" href="#/">
        {t("notfound.home")}
      </a>
    </>
  );
}
