import { useSignal } from "@preact/signals";
import { render } from "preact";
import { obstacle, surroundings } from "./capabilities";
import { makeInstallable } from "./install";
import { parseCode } from "./meeting/code";
import { Landing } from "./pages/landing";
import { Notice } from "./pages/notice";
import { ObstaclePage } from "./pages/obstacle";
import { Room } from "./pages/room";
import { meetingIn, path } from "./route";
import { keepFocus } from "./ui/focus";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/pages.css";
import "./styles/controls.css";
import "./styles/telephone.css";

function App() {
	const inTheWay = useSignal(obstacle(surroundings()));
	if (inTheWay.value)
		return (
			<ObstaclePage
				obstacle={inTheWay.value}
				onContinue={() => {
					inTheWay.value = null;
				}}
			/>
		);
	const meeting = meetingIn(path.value);
	if (meeting === null) return <Landing />;
	const code = parseCode(meeting);
	return code ? <Room key={code} code={code} /> : <Notice title="notFoundTitle" hint="badCode" />;
}

makeInstallable();
const root = document.getElementById("app");
if (root) {
	keepFocus(root);
	render(<App />, root);
}
