//! The control side's end of a running plane.

use std::io;
use std::net::IpAddr;
use std::os::fd::RawFd;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use super::shard_worker::ShardHandle;
use super::socket::{bind, bind_senders};
use super::wake::Wake;
use super::worker::{Channels, Worker};
use crate::counters::SharedCounters;
use crate::plane::{Command, Event, Heard};

/// How many packets of what is heard wait for whoever taps: some seconds of a few rooms.
const MAX_HEARD_WAITING: usize = 4_096;

/// A plane at work on a thread of its own.
#[derive(Debug)]
pub struct Driver {
    commands: Option<Sender<Command>>,
    commands_wake: Arc<Wake>,
    events: Mutex<Receiver<Event>>,
    events_wake: Arc<Wake>,
    heard: Mutex<Receiver<Heard>>,
    /// Of every worker.
    counters: Vec<Arc<SharedCounters>>,
    thread: Option<JoinHandle<io::Result<()>>>,
    port: u16,
}

impl Driver {
    /// Binds the media port (0 lets the system choose) and sets the plane to work, on `workers` threads: the first
    /// receives and decides, and all of them send, each to a part of the subscribers.
    pub fn start(host: IpAddr, port: u16, workers: usize) -> io::Result<Self> {
        let socket = bind(host, port)?;
        let port = socket
            .socket
            .local_addr()?
            .as_socket()
            .map_or(port, |address| address.port());
        let (commands, commands_received) = channel();
        let (events_sent, events) = channel();
        let (heard_sent, heard) = sync_channel(MAX_HEARD_WAITING);
        let commands_wake = Arc::new(Wake::new()?);
        let events_wake = Arc::new(Wake::new()?);
        let counters = Arc::new(SharedCounters::default());
        let channels = Channels {
            commands: commands_received,
            commands_wake: Arc::clone(&commands_wake),
            events: events_sent,
            events_wake: Arc::clone(&events_wake),
            heard: heard_sent,
            counters: Arc::clone(&counters),
        };
        let epoch = Instant::now();
        let senders = bind_senders(&socket, workers.max(1) - 1)?;
        let shards = (1..)
            .zip(senders)
            .map(|(number, socket)| ShardHandle::start(number, socket, epoch))
            .collect::<io::Result<Vec<_>>>()?;
        let counters = std::iter::once(counters)
            .chain(shards.iter().map(|shard| Arc::clone(&shard.counters)))
            .collect();
        let worker = Worker::with_shards(socket, shards, epoch);
        let thread = std::thread::Builder::new()
            .name("plane".into())
            .spawn(|| worker.run(channels))?;
        Ok(Self {
            commands: Some(commands),
            commands_wake,
            events: Mutex::new(events),
            events_wake,
            heard: Mutex::new(heard),
            counters,
            thread: Some(thread),
            port,
        })
    }

    /// The media port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Asks something of the plane. Returns false when it is not at work any more.
    pub fn command(&self, command: Command) -> bool {
        let sent = self
            .commands
            .as_ref()
            .is_some_and(|commands| commands.send(command).is_ok());
        self.commands_wake.wake();
        sent
    }

    /// Whether the plane is still at work: its socket may fail for good.
    pub fn is_running(&self) -> bool {
        self.thread
            .as_ref()
            .is_some_and(|thread| !thread.is_finished())
    }

    /// Becomes readable when there are events.
    pub fn events_fd(&self) -> RawFd {
        self.events_wake.fd()
    }

    /// Takes the events that have come.
    pub fn take_events(&self) -> Vec<Event> {
        self.events_wake.clear();
        self.events
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .try_iter()
            .collect()
    }

    /// Takes what was heard in tapped groups.
    pub fn take_heard(&self) -> Vec<Heard> {
        self.heard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .try_iter()
            .collect()
    }

    /// What was done and dropped so far, by all workers together.
    pub fn counters(&self) -> Vec<(&'static str, u64)> {
        let mut total: Vec<(&'static str, u64)> = Vec::new();
        for counters in &self.counters {
            for (i, (name, value)) in counters.read().enumerate() {
                match total.get_mut(i) {
                    Some((_, sum)) => *sum += value,
                    None => total.push((name, value)),
                }
            }
        }
        total
    }

    /// Stops the plane and frees the port. What was asked before is still done.
    pub fn stop(&mut self) {
        self.commands = None;
        self.commands_wake.wake();
        if let Some(thread) = self.thread.take() {
            // A worker that ended by itself has told so by refusing commands.
            let _ = thread.join();
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.stop();
    }
}
