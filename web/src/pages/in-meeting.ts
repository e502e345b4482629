/** All that a meeting needs and the pages before it don't. A chunk of its own: it comes while the user writes their name. */
import "../styles/screen.css";
import "../styles/meeting.css";
import "../styles/panel.css";
import "../styles/people.css";
import "../styles/chat.css";
import "../styles/polls.css";
import "../styles/floor.css";
import "../styles/quality.css";
import "../styles/captions.css";
import "../styles/touch.css";
import "../styles/forced-colors.css";

export { Conference } from "../meeting/conference";
export { FeedbackForm } from "../ui/feedback";
export { Meeting } from "./meeting";
