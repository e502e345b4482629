import { render } from "preact";
import { parseCode } from "./meeting/code";
import { Landing } from "./pages/landing";
import { Notice } from "./pages/notice";
import { Room } from "./pages/room";
import { meetingIn, path } from "./route";
import { keepFocus } from "./ui/focus";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/pages.css";
import "./styles/screen.css";
import "./styles/meeting.css";
import "./styles/panel.css";
import "./styles/quality.css";
import "./styles/captions.css";
import "./styles/forced-colors.css";

function App() {
	const meeting = meetingIn(path.value);
	if (meeting === null) return <Landing />;
	const code = parseCode(meeting);
	return code ? <Room key={code} code={code} /> : <Notice title="notFoundTitle" hint="badCode" />;
}

const root = document.getElementById("app");
if (root) {
	keepFocus(root);
	render(<App />, root);
}
