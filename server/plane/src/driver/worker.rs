//! One turn after another: take commands, take datagrams, let time pass, send.

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::shard_worker::ShardHandle;
use super::wake::Wake;
use super::{MediaSocket, ReceiveBatch, SendBatch};
use crate::counters::{Counter, Counters, SharedCounters};
use crate::plane::{Command, Event, Heard, Plane};
use crate::time::Time;

/// How many batches are taken in one turn before what they caused is sent at the latest.
const BATCHES_PER_TURN: usize = 8;

/// What ties a worker to the threads around it.
pub(super) struct Channels {
    pub(super) commands: Receiver<Command>,
    pub(super) commands_wake: Arc<Wake>,
    pub(super) events: Sender<Event>,
    pub(super) events_wake: Arc<Wake>,
    pub(super) heard: SyncSender<Heard>,
    pub(super) counters: Arc<SharedCounters>,
}

/// A plane with its socket and clock.
pub struct Worker {
    plane: Plane,
    socket: MediaSocket,
    receive: ReceiveBatch,
    send: SendBatch,
    shards: Vec<ShardHandle>,
    started: Instant,
}

impl Worker {
    /// A worker on a bound socket, which does all by itself.
    pub fn new(socket: MediaSocket) -> Self {
        Self::with_shards(socket, Vec::new(), Instant::now())
    }

    /// The same, with shards on threads of their own that do part of the sending.
    pub(super) fn with_shards(
        socket: MediaSocket,
        shards: Vec<ShardHandle>,
        epoch: Instant,
    ) -> Self {
        let unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            plane: Plane::with_shards(unix.as_micros() as u64, shards.len() + 1),
            shards,
            send: SendBatch::new(&socket),
            receive: ReceiveBatch::default(),
            socket,
            started: epoch,
        }
    }

    /// The plane, to look at.
    pub fn plane(&self) -> &Plane {
        &self.plane
    }

    /// Does what the control side asks.
    pub fn command(&mut self, command: Command) {
        self.plane
            .handle_command(self.now(), command, &mut self.send);
    }

    /// Takes all that has arrived and sends all that follows from it. Returns how many datagrams came.
    pub fn turn(&mut self) -> io::Result<usize> {
        let fd = self.socket.socket.as_raw_fd();
        let mut total = 0;
        for _ in 0..BATCHES_PER_TURN {
            let count = self.receive.receive(fd)?;
            // Datagrams of one batch arrived before the call: one look at the clock serves them all.
            let now = self.now();
            for i in 0..count {
                let Some((datagrams, path)) = self.receive.datagrams(i) else {
                    continue;
                };
                let before = total;
                for datagram in datagrams {
                    total += 1;
                    self.plane
                        .handle_datagram(now, &path, datagram, &mut self.send);
                }
                if total == before {
                    // A datagram without a byte is one too.
                    total += 1;
                    self.plane
                        .handle_datagram(now, &path, &mut [], &mut self.send);
                }
            }
            if count < ReceiveBatch::MESSAGES {
                break;
            }
        }
        let reports = self.shards.iter().flat_map(|s| s.reports.try_iter());
        let now = self.now();
        self.plane.take_reports(now, reports);
        if self
            .plane
            .deadline()
            .is_some_and(|deadline| deadline <= now)
        {
            self.plane.handle_timeout(now, &mut self.send);
        }
        self.hand_over();
        self.send.flush();
        let sent = self.send.take_counters();
        let drops = self.receive.kernel_drops();
        let counters = self.plane.counters_mut();
        for counter in [
            Counter::Sent,
            Counter::SentBytes,
            Counter::SentMessages,
            Counter::SegmentsRefused,
            Counter::DropSendBufferFull,
            Counter::DropSendFailed,
        ] {
            counters.add(counter, sent.get(counter));
        }
        counters.set(Counter::DropReceiveBufferFull, drops);
        Ok(total)
    }

    /// Gives the other shards what they are to do, before this one's own sending takes its time.
    fn hand_over(&mut self) {
        let mut handed = Counters::default();
        for (shard, orders) in self.shards.iter().zip(self.plane.orders()) {
            shard.hand_over(orders, &mut handed);
        }
        self.plane.counters_mut().merge(&handed);
    }

    /// Works until the control side hangs up. An error of the socket ends it.
    pub(super) fn run(mut self, channels: Channels) -> io::Result<()> {
        loop {
            self.wait(channels.commands_wake.fd())?;
            channels.commands_wake.clear();
            loop {
                match channels.commands.try_recv() {
                    Ok(command) => self.command(command),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => {
                        self.send.flush();
                        return Ok(());
                    }
                }
            }
            self.turn()?;
            let mut told = false;
            for event in self.plane.drain_events() {
                told = true;
                // The receiver outlives the worker; if it should not, there is nobody to tell.
                let _ = channels.events.send(event);
            }
            if told {
                channels.events_wake.wake();
            }
            self.tell_heard(&channels);
            self.plane.counters().publish(&channels.counters);
        }
    }

    /// Gives what was heard to whoever taps. What there is no room for is dropped: it would be too late anyway.
    fn tell_heard(&mut self, channels: &Channels) {
        let mut dropped = 0;
        for heard in self.plane.drain_heard() {
            dropped += u64::from(channels.heard.try_send(heard).is_err());
        }
        self.plane
            .counters_mut()
            .add(Counter::DropHeardFull, dropped);
    }

    fn now(&self) -> Time {
        Time::from_micros(self.started.elapsed().as_micros() as u64)
    }

    fn wait(&self, wake: RawFd) -> io::Result<()> {
        let timeout = self.plane.deadline().map(|deadline| {
            let left = Duration::from_micros(deadline.since(self.now()).micros());
            libc::timespec {
                tv_sec: left.as_secs() as _,
                tv_nsec: left.subsec_nanos().into(),
            }
        });
        let timeout = timeout
            .as_ref()
            .map_or(std::ptr::null(), std::ptr::from_ref);
        let poll = |fd| libc::pollfd {
            fd,
            events: libc::POLLIN,
            revents: 0,
        };
        let mut polls = [poll(self.socket.socket.as_raw_fd()), poll(wake)];
        // SAFETY: two pollfds and a timespec (or null) that outlive the call; no signal mask.
        let result = unsafe { libc::ppoll(polls.as_mut_ptr(), 2, timeout, std::ptr::null()) };
        match io::Error::last_os_error() {
            error if result < 0 && error.kind() != io::ErrorKind::Interrupted => Err(error),
            _ => Ok(()),
        }
    }
}
