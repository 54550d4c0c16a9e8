import { createRoot } from "react-dom/client";
import { App } from "./app";
import { Announcer } from "./components/announcer";
import { NoticeBoard } from "./components/notices";
import { WordsProvider } from "./i18n/words";
import { Gate } from "./session/gate";
import { takeTokenFromAddress } from "./session/token";
import "./theme/tokens.css";
import "./theme/base.css";
import "./theme/components.css";
import "./theme/list.css";
import "./theme/overlays.css";
import "./theme/phone.css";
import "./theme/framed.css";
import { applyTheme, keptTheme } from "./theme/theme";

// Before anything is drawn: no screenshot and no history holds the token, and no colour flashes.
takeTokenFromAddress();
addEventListener("hashchange", () => {
  if (location.hash.startsWith("#token=")) {
    takeTokenFromAddress();
    location.reload();
  }
});
applyTheme(keptTheme());

const place = document.getElementById("page");
if (place)
  createRoot(place).render(
    <WordsProvider>
      <Announcer>
        <Gate>
          <NoticeBoard>
            <App />
          </NoticeBoard>
        </Gate>
      </Announcer>
    </WordsProvider>,
  );
