// Goes to Outgoing and puts one campaign's card before the eyes, and the focus on it, as soon as it is there.
import { go } from "../../route";

const patienceMs = 5000;

export function showCard(id: string): void {
  go("outgoing");
  const deadline = performance.now() + patienceMs;
  const look = () => {
    const card = document.querySelector<HTMLElement>(`main [data-campaign="${CSS.escape(id)}"]`);
    if (card && location.hash === "#/outgoing") {
      card.tabIndex = -1;
      card.scrollIntoView({ block: "center" });
      card.focus();
    } else if (performance.now() < deadline) {
      requestAnimationFrame(look);
    }
  };
  requestAnimationFrame(look);
}
