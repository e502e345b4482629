//! A thread that carries out one shard's orders: it renumbers, protects and sends, and receives nothing.

use std::sync::Arc;
use std::sync::mpsc::{
    Receiver, Sender, SyncSender, TryRecvError, TrySendError, channel, sync_channel,
};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{io, mem};

use super::{MediaSocket, SendBatch};
use crate::counters::{Counter, Counters, SharedCounters};
use crate::egress::{Order, Report, Shard};
use crate::time::Time;

/// How many orders may wait. The queue is an array that is allocated once: handing over takes neither a lock nor memory.
const QUEUE: usize = 8_192;
/// Orders that are carried out before what they caused is sent at the latest.
const ORDERS_PER_FLUSH: usize = 256;

/// The plane's end of a shard's thread.
pub(super) struct ShardHandle {
    orders: Option<SyncSender<Order>>,
    /// What it tells the plane.
    pub(super) reports: Receiver<Report>,
    thread: Option<JoinHandle<()>>,
    pub(super) counters: Arc<SharedCounters>,
}

impl ShardHandle {
    /// Sets shard `number` to work on a socket of its own.
    pub(super) fn start(number: usize, socket: MediaSocket, epoch: Instant) -> io::Result<Self> {
        let (orders, received) = sync_channel(QUEUE);
        let (reports, told) = channel();
        let counters = Arc::new(SharedCounters::default());
        let shared = Arc::clone(&counters);
        let thread = thread::Builder::new()
            .name(format!("plane-{number}"))
            .spawn(move || run(number, &socket, epoch, &received, &reports, &shared))?;
        Ok(Self {
            orders: Some(orders),
            reports: told,
            thread: Some(thread),
            counters,
        })
    }

    /// Hands orders over. While the shard can't keep up, media is dropped and counted, and all else waits its turn.
    pub(super) fn hand_over(&self, orders: &mut Vec<Order>, counters: &mut Counters) {
        let (Some(queue), Some(thread)) = (&self.orders, &self.thread) else {
            return;
        };
        if orders.is_empty() {
            return;
        }
        let mut full = false;
        orders.retain_mut(|order| {
            let is_media = matches!(order, Order::Forward(_));
            if !full {
                let taken = mem::replace(order, Order::RemoveSlot { slot: usize::MAX });
                match queue.try_send(taken) {
                    Ok(()) | Err(TrySendError::Disconnected(_)) => return false,
                    Err(TrySendError::Full(back)) => {
                        *order = back;
                        full = true;
                    }
                }
            }
            if is_media {
                counters.count(Counter::DropHandOverFull);
            }
            !is_media
        });
        thread.thread().unpark();
    }

    fn stop(&mut self) {
        self.orders = None;
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It can't fail: it has no errors, and panics are defects that the plane outlives.
            let _ = thread.join();
        }
    }
}

impl Drop for ShardHandle {
    fn drop(&mut self) {
        self.stop();
    }
}

fn run(
    number: usize,
    socket: &MediaSocket,
    epoch: Instant,
    orders: &Receiver<Order>,
    reports: &Sender<Report>,
    shared: &SharedCounters,
) {
    let now = || Time::from_micros(epoch.elapsed().as_micros() as u64);
    let mut shard = Shard::new(number);
    let mut sink = SendBatch::new(socket);
    let mut counters = Counters::default();
    loop {
        let mut over = false;
        for _ in 0..ORDERS_PER_FLUSH {
            match orders.try_recv() {
                Ok(order) => shard.handle(order, &mut counters, &mut sink),
                Err(reason) => {
                    over = true;
                    if reason == TryRecvError::Disconnected {
                        return sink.flush();
                    }
                    break;
                }
            }
        }
        shard.handle_timeout(now(), &mut counters, &mut sink);
        for report in shard.drain_reports() {
            // The plane's thread outlives this one.
            let _ = reports.send(report);
        }
        sink.flush();
        counters.merge(&sink.take_counters());
        counters.publish(shared);
        if over {
            // Whoever hands over unparks; a token that came in between lets this return at once.
            match shard.deadline() {
                Some(due) => thread::park_timeout(Duration::from_micros(due.since(now()).micros())),
                None => thread::park(),
            }
        }
    }
}
