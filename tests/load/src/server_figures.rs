//! Asks the server for its figures, on a thread of its own: its answer may be slow when it is busy.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::server::{Figures, Server};

const EVERY: Duration = Duration::from_secs(1);

/// Figures and when they were asked for.
pub type Sample = (Instant, Figures);

/// The thread that asks, each second and when it is told to.
pub struct Poller {
    ask: Sender<()>,
    answers: Receiver<Sample>,
}

impl Poller {
    /// Begins to ask. It ends when this is dropped.
    pub fn start(server: Server) -> Self {
        let (ask, asked) = channel();
        let (answer, answers) = channel();
        thread::spawn(move || {
            loop {
                match asked.recv_timeout(EVERY) {
                    Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
                let now = Instant::now();
                if let Ok(figures) = server.figures()
                    && answer.send((now, figures)).is_err()
                {
                    return;
                }
            }
        });
        Self { ask, answers }
    }

    /// Asks now, beside the regular times.
    pub fn ask(&self) {
        _ = self.ask.send(());
    }

    /// The next answer that has come.
    pub fn answer(&self) -> Option<Sample> {
        self.answers.try_recv().ok()
    }
}
