//! The loop: one thread, all sockets, all timers.

use std::os::fd::AsRawFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};

use crate::error::Error;
use crate::figures::{Baseline, Recorder, Rejoined};
use crate::media::clips::Clips;
use crate::media::speaking::{self, Voice};
use crate::options::Options;
use crate::participant::{Meeting, Participant, Stage};
use crate::publisher::micros;
use crate::report::progress::Progress;
use crate::server::Server;
use crate::server_figures::Poller;
use crate::signaling::Socket;
use crate::sockets;
use crate::system::{BATCH, Batch};

/// A turn of the loop begins no earlier than this after the one before: what comes meanwhile is taken together.
/// Arrival times are the kernel's, so nothing is measured as later for it.
const QUANTUM: Duration = Duration::from_millis(1);
const LONGEST_WAIT: Duration = Duration::from_millis(50);
/// How long the last one may take to join.
const JOINING: Duration = Duration::from_secs(20);
/// How long everybody may take to see and hear something.
const SETTLING: Duration = Duration::from_secs(6);
const LEAVING: Duration = Duration::from_secs(3);

const SOCKET: usize = 0;
const PUBLISHER: usize = 1;
const SUBSCRIBER: usize = 2;
const KINDS: usize = 3;
const WAKER: Token = Token(usize::MAX);

type Opened = (usize, Result<Socket, Error>);

/// A test that runs.
pub struct Run {
    options: Options,
    server: Server,
    meeting: Meeting,
    participants: Vec<Participant>,
    ids: Vec<Option<String>>,
    registered: Vec<[Option<i32>; KINDS]>,
    poll: Poll,
    waker: Arc<Waker>,
    opened: (Sender<Opened>, Receiver<Opened>),
    batch: Batch,
    last_turn: Instant,
    longest_turn: Duration,
    poller: Poller,
    recorder: Recorder,
    progress: Progress,
    screen: Option<bool>,
}

impl Run {
    /// Everything is ready; nobody has joined.
    pub fn prepare(
        options: Options,
        server: Server,
        code: String,
        clips: Clips,
    ) -> Result<Self, Error> {
        let local = sockets::local_address(server.address)
            .map_err(|e| Error::System("a way to the server", e))?;
        let began = Instant::now();
        let count = options.participants as usize;
        let joining = Duration::from_secs_f64(f64::from(options.participants) / options.join_rate);
        let measured = Duration::from_secs(options.rejoin.unwrap_or(0) + options.seconds);
        let length = joining + JOINING + SETTLING + measured + LEAVING;
        let voices = speaking::plan(options.seed, count, length);
        let meeting = Meeting {
            code,
            clips: Arc::new(clips),
            cameras: options.cameras() as usize,
            weak: (0..options.participants)
                .map(|number| options.link_of(number).is_some())
                .collect(),
            local,
            began,
            seed: options.seed,
            rejoin: options.rejoin.is_some(),
        };
        let participants = voices.into_iter().enumerate().map(|(number, utterances)| {
            let starts = began + Duration::from_secs_f64(number as f64 / options.join_rate);
            let link = options.link_of(number as u32);
            let shares = options.screen_share && number == 0;
            Participant::new(number, starts, Voice::new(utterances), link, shares)
        });
        let poll = Poll::new().map_err(|e| Error::System("epoll", e))?;
        let waker = Waker::new(poll.registry(), WAKER).map_err(|e| Error::System("eventfd", e))?;
        Ok(Self {
            participants: participants.collect(),
            ids: vec![None; count],
            registered: vec![[None; KINDS]; count],
            poller: Poller::start(server.clone()),
            recorder: Recorder::default(),
            progress: Progress::new(&options),
            options,
            server,
            meeting,
            poll,
            waker: Arc::new(waker),
            opened: channel(),
            batch: Batch::new(),
            last_turn: began,
            longest_turn: Duration::ZERO,
            screen: None,
        })
    }

    /// Runs the whole test; gives what was recorded.
    pub fn run(mut self) -> Result<Recorder, Error> {
        let last = self
            .participants
            .last()
            .map_or(self.last_turn, |p| p.starts);
        self.turn_until("joining", last + JOINING, |run| {
            run.participants
                .iter()
                .all(|p| p.joined() || matches!(p.stage, Stage::Failed(_)))
        })?;
        let settled = Instant::now() + SETTLING;
        let cameras = self.meeting.cameras;
        self.turn_until("settling", settled, |run| {
            run.participants.iter().filter(|p| p.joined()).all(|p| {
                let sees = cameras == 0 || (cameras == 1 && p.number == 0);
                p.subscriber
                    .as_ref()
                    .is_some_and(|s| s.first_audio.is_some() && (sees || s.first_video.is_some()))
            })
        })?;
        if let Some(seconds) = self.options.rejoin {
            let end = Instant::now() + Duration::from_secs(seconds);
            self.turn_until("losing the server", end, |_| false)?;
            self.recorder.rejoined = Some(Rejoined::of(&self.participants));
        }
        self.measure()?;
        let now = Instant::now();
        for participant in &mut self.participants {
            participant.leave(&self.meeting, now);
        }
        self.turn_until("leaving", Instant::now() + LEAVING, |run| {
            run.participants.iter().all(|p| p.socket.is_none())
                && run.recorder.server_at_end().is_some()
        })?;
        self.progress.end();
        Ok(self.recorder)
    }

    fn measure(&mut self) -> Result<(), Error> {
        let begin = Instant::now();
        let end = begin + Duration::from_secs(self.options.seconds);
        self.longest_turn = Duration::ZERO;
        self.poller.ask();
        for participant in &mut self.participants {
            if let Some(subscriber) = &mut participant.subscriber {
                subscriber.settle_freezes();
                subscriber.latency = Default::default();
                subscriber.latency_of_weak = Default::default();
            }
        }
        self.recorder.begin(begin, Baseline::of(&self.participants));
        let mut second = begin;
        while second < end {
            second = (second + Duration::from_secs(1)).min(end);
            self.turn_until("measuring", second, |_| false)?;
            self.recorder.second(Instant::now(), &self.participants);
        }
        for subscriber in self
            .participants
            .iter_mut()
            .filter_map(|p| p.subscriber.as_mut())
        {
            subscriber.settle_freezes();
        }
        self.recorder
            .end(Instant::now(), &self.participants, self.longest_turn);
        self.poller.ask();
        Ok(())
    }

    fn turn_until(
        &mut self,
        doing: &'static str,
        deadline: Instant,
        done: impl Fn(&Self) -> bool,
    ) -> Result<(), Error> {
        let mut events = Events::with_capacity(1_024);
        while !done(self) {
            let now = Instant::now();
            if now >= deadline {
                break;
            }
            self.wait(&mut events, now, deadline)?;
            let begins = Instant::now();
            self.last_turn = begins;
            self.turn(&events, begins);
            self.longest_turn = self.longest_turn.max(begins.elapsed());
            while let Some(sample) = self.poller.answer() {
                self.recorder.server(sample);
            }
            self.progress.tell(doing, begins, &self.participants);
        }
        Ok(())
    }

    fn wait(&mut self, events: &mut Events, now: Instant, deadline: Instant) -> Result<(), Error> {
        let rest = QUANTUM.saturating_sub(now - self.last_turn);
        if !rest.is_zero() {
            thread::sleep(rest);
        }
        let due = self.participants.iter().filter_map(|p| match p.stage {
            Stage::Waiting => Some(p.starts),
            _ => p.due(),
        });
        let due = due.fold(deadline, Instant::min);
        let timeout = due
            .saturating_duration_since(Instant::now())
            .min(LONGEST_WAIT);
        match self.poll.poll(events, Some(timeout)) {
            Err(error) if error.kind() != std::io::ErrorKind::Interrupted => {
                Err(Error::System("epoll", error))
            }
            _ => Ok(()),
        }
    }

    fn turn(&mut self, events: &Events, now: Instant) {
        for event in events {
            if event.token() == WAKER {
                continue;
            }
            let (number, kind) = (event.token().0 / KINDS, event.token().0 % KINDS);
            if kind == SOCKET {
                self.participants[number].listen(&self.meeting, now);
                self.after_talk(number);
            } else {
                self.read(number, kind, now);
            }
        }
        while let Ok((number, result)) = self.opened.1.try_recv() {
            let participant = &mut self.participants[number];
            match result {
                Ok(socket) => participant.opened(socket, &self.meeting, now),
                Err(error) => participant.lose(error.to_string(), &self.meeting, now),
            }
            self.after_talk(number);
        }
        for number in 0..self.participants.len() {
            let participant = &mut self.participants[number];
            if participant.stage == Stage::Waiting && participant.starts <= now {
                self.open(number);
            } else if participant.due().is_some_and(|due| due <= now) {
                participant.tick(now, &self.meeting, &self.ids);
                if participant.stage == Stage::Waiting {
                    self.after_talk(number);
                }
            }
        }
        self.share(now);
    }

    fn read(&mut self, number: usize, kind: usize, now: Instant) {
        let Some(socket) = self.registered[number][kind] else {
            return;
        };
        loop {
            let participant = &mut self.participants[number];
            let Ok(count) = self.batch.receive(socket) else {
                return;
            };
            for index in 0..count {
                let arrival = self.batch.arrival(index);
                participant.receive(kind == PUBLISHER, now, arrival.bytes, arrival.at);
                if let (Some(dropped), Some(subscriber), SUBSCRIBER) =
                    (arrival.dropped, &mut participant.subscriber, kind)
                {
                    subscriber.transport.counts.not_read = u64::from(dropped);
                }
            }
            if count < BATCH {
                return;
            }
        }
    }

    fn open(&mut self, number: usize) {
        let participant = &mut self.participants[number];
        participant.stage = Stage::Connecting;
        participant.started = micros();
        let (server, waker, opened) = (
            self.server.clone(),
            self.waker.clone(),
            self.opened.0.clone(),
        );
        thread::spawn(move || {
            let result = Socket::connect(&server);
            if opened.send((number, result)).is_ok() {
                _ = waker.wake();
            }
        });
    }

    /// Registers the sockets that a participant has now, and forgets those that it has no more.
    fn after_talk(&mut self, number: usize) {
        let participant = &self.participants[number];
        self.ids[number].clone_from(&participant.id);
        let now = [
            participant.socket.as_ref().map(AsRawFd::as_raw_fd),
            participant
                .publisher
                .as_ref()
                .map(|p| p.transport.as_raw_fd()),
            participant
                .subscriber
                .as_ref()
                .map(|s| s.transport.as_raw_fd()),
        ];
        for (kind, socket) in now.into_iter().enumerate() {
            // A socket that was closed has left epoll by itself.
            if let Some(socket) =
                socket.filter(|socket| self.registered[number][kind] != Some(*socket))
            {
                let interest = if kind == SOCKET {
                    Interest::READABLE | Interest::WRITABLE
                } else {
                    Interest::READABLE
                };
                let token = Token(number * KINDS + kind);
                _ = self
                    .poll
                    .registry()
                    .register(&mut SourceFd(&socket), token, interest);
            }
            self.registered[number][kind] = socket;
        }
    }

    fn share(&mut self, now: Instant) {
        let Some(begin) = self.recorder.began().filter(|_| self.options.screen_share) else {
            return;
        };
        let from = begin + Duration::from_secs(self.options.screen_at);
        let until = self
            .options
            .screen_for
            .map(|length| from + Duration::from_secs(length));
        let shares = now >= from && until.is_none_or(|until| now < until);
        if self.screen != Some(shares) && (shares || self.screen.is_some()) {
            self.screen = Some(shares);
            self.participants[0].share(&self.meeting, shares, now);
        }
    }
}
