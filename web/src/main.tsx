import { render } from "preact";
import { parseCode } from "./meeting/code";
import { Landing } from "./pages/landing";
import { Notice } from "./pages/notice";
import { Room } from "./pages/room";
import { path } from "./route";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/pages.css";
import "./styles/meeting.css";

function App() {
	const room = /^\/m\/([^/]+)\/?$/.exec(path.value);
	if (!room) return <Landing />;
	const code = parseCode(decodeURIComponent(room[1] ?? ""));
	return code ? <Room key={code} code={code} /> : <Notice title="notFoundTitle" hint="badCode" />;
}

const root = document.getElementById("app");
if (root) render(<App />, root);
