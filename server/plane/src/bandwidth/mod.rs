//! What one subscriber's link can carry: Google Congestion Control (draft-ietf-rmcat-gcc-02) as browsers have it today,
//! on the sender's side.
//!
//! [`Estimator`] joins the parts. Delay is the first witness: `delay` sees a queue grow before it overflows, and
//! `standing` one that is full already; `rate_control` answers. `loss` speaks where a queue is too short to be seen, and
//! knows loss that would be there at any rate from loss that ours causes. `probe` finds room quickly, which growing by a
//! few percent does not. `reports` is for subscribers that give no transport-wide feedback.
//!
//! What differs from libwebrtc: a trend of the delay counts only where the quickest packets wait too, since frames that
//! leave as bursts make trends of their own; a queue that stands is cut down; overuse that a probe makes is forgiven; and
//! a link that is full is probed too, ever more rarely, for its subscriber may want more than it could carry before.

mod acknowledged;
mod busy;
mod delay;
mod estimator;
mod history;
mod least;
mod loss;
mod probe;
mod rate_control;
mod reports;
mod sending;
mod standing;
mod window;

pub use estimator::{Estimator, FLOOR, START};
pub use probe::Probe;
